//! What the demo's shop says of some of its products beyond what their origin does: variants, facts, return rules, a model,
//! and who sells. It does not know the show.

use crate::{door::StaffSession, fault::Fault};
use serde_json::{Value, json};

/// The details, in the form the interface takes.
fn details() -> Value {
    let told = include_str!("../../../../assets/demo/details.json");
    serde_json::from_str(told).expect("the details are part of the program, and a test reads them")
}

/// Says them of products that are in the catalogue already.
pub(super) async fn tell(session: &StaffSession) -> Result<(), Fault> {
    const DOING: &str = "filling in details of products";
    let details = details();
    let sellers: Vec<Value> = session.get(DOING, "/api/sellers").await?;
    if let Some(seller) = sellers.iter().find(|it| it["name"] == details["seller"]["name"]) {
        let path = format!("/api/sellers/{}", seller["id"]);
        session.put::<Value>(DOING, &path, &details["seller"]).await?;
    }
    let mut products = vec![];
    for detail in details["products"].as_array().into_iter().flatten() {
        let path = format!("/api/products?ids={}", detail["id"]);
        let found: Value = session.get(DOING, &path).await?;
        let mut product = found["products"][0].clone();
        for (field, value) in detail.as_object().into_iter().flatten() {
            product[field] = value.clone();
        }
        products.push(product);
    }
    session.post::<Value>(DOING, "/api/products", &json!({"products": products})).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goods;

    #[test]
    fn details_are_of_products_that_there_are_at_the_price_they_have() {
        let catalogue = goods::catalogue();
        for detail in details()["products"].as_array().unwrap() {
            let product = catalogue.iter().find(|it| Some(it.id) == detail["id"].as_u64()).unwrap();
            let own =
                detail["variants"].as_array().into_iter().flatten().find(|it| it["item"] == detail["id"]);
            if let Some(own) = own {
                assert_eq!(own["prices"][0]["minor"], product.price_minor(), "{}", product.title);
            }
        }
    }

    #[test]
    fn the_model_is_small_and_is_one() {
        let public = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/public");
        for detail in details()["products"].as_array().unwrap() {
            for media in detail["media"].as_array().into_iter().flatten() {
                let path = media["url"].as_str().unwrap();
                let file = std::fs::read(public.join(path.trim_start_matches('/'))).unwrap();
                if media["kind"] == "model" {
                    assert!(file.starts_with(b"glTF\x02\0\0\0") && file.len() < 100_000, "{path}");
                }
            }
        }
    }
}
