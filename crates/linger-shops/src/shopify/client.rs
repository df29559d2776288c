//! Shopify's Admin GraphQL interface: its catalogue page by page, stock and orders written back. It does not know when it is
//! asked.
//!
//! Shopify counts what a query costs and fills a bucket again at a rate. After each answer what is left is known, and a call
//! that would not fit is refused here, with how long to wait, before it is sent.

use super::{
    VERSION, bare,
    read::{Head, OUR_NOTE, Told, meant, short},
};
use crate::told::{Back, BackOrder, Page, ShopFault};
use linger_catalogue::{Media, MediaKind, money};
use serde_json::{Value, json};
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use url::Url;

/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// Products of a page: a query may cost 1000 points at most, and each of these has up to 100 variants.
const PAGE: u32 = 4;

const PRODUCTS: &str = "query($after: String, $first: Int!) { shop { currencyCode } \
    products(first: $first, after: $after) { nodes { id title descriptionHtml vendor productType handle tags status updatedAt \
    options { name values } media(first: 20) { nodes { mediaContentType alt preview { image { url } } \
    ... on MediaImage { image { url } } ... on Video { sources { url mimeType } } \
    ... on Model3d { sources { url mimeType } } } } variants(first: 100) { nodes { id sku barcode price compareAtPrice \
    inventoryQuantity selectedOptions { name value } image { url } inventoryItem { id tracked \
    measurement { weight { value unit } } } } } } pageInfo { hasNextPage endCursor } } }";
const ADJUST: &str = "mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) { \
    inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { userErrors { code } } }";
const FIND_ORDER: &str = "query($query: String!) { orders(first: 1, query: $query) { nodes { id } } }";
const CREATE_ORDER: &str = "mutation($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) { \
    orderCreate(order: $order, options: $options) { order { id } userErrors { field } } }";

/// What is left of the bucket.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    most: f64,
    per_second: f64,
    at: Instant,
}

impl Bucket {
    /// After how long a call that costs so much fits.
    fn wait(&self, cost: f64, now: Instant) -> Duration {
        let left = (self.left + now.saturating_duration_since(self.at).as_secs_f64() * self.per_second)
            .min(self.most);
        let missing = cost.min(self.most) - left;
        if missing <= 0.0 || self.per_second <= 0.0 {
            return Duration::ZERO;
        }
        Duration::from_secs_f64((missing / self.per_second).min(600.0))
    }
}

/// A shop.
pub struct Client {
    http: reqwest::Client,
    url: Url,
    token: String,
    location: String,
    bucket: Mutex<Option<Bucket>>,
    /// What a page cost when it was last asked for.
    page_cost: Mutex<f64>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shopify::Client")
    }
}

impl Client {
    /// The shop at `base` (`https://name.myshopify.com`), with an access token, and the location whose stock is written.
    ///
    /// # Errors
    /// [`ShopFault::Strange`] when there can be no such client.
    pub fn new(base: &Url, token: &str, location: &str) -> Result<Client, ShopFault> {
        let url = base.join(&format!("/admin/api/{VERSION}/graphql.json")).map_err(|_| ShopFault::Strange)?;
        let location = match location {
            "" => String::new(),
            id => format!("gid://shopify/Location/{}", bare(id)),
        };
        Ok(Client {
            http: http()?,
            url,
            token: token.to_owned(),
            location,
            bucket: Mutex::new(None),
            page_cost: Mutex::new(100.0),
        })
    }

    /// A page of the catalogue: the first, or what follows `after`.
    ///
    /// # Errors
    /// [`ShopFault`].
    pub async fn page(&self, after: Option<&str>) -> Result<Page, ShopFault> {
        let cost = *self.page_cost.lock().unwrap_or_else(PoisonError::into_inner);
        let data = self.ask(PRODUCTS, json!({"after": after, "first": PAGE}), cost).await?;
        let currency = data["shop"]["currencyCode"].as_str().ok_or(ShopFault::Strange)?;
        let nodes = data["products"]["nodes"].as_array().ok_or(ShopFault::Strange)?;
        let products: Vec<_> = nodes.iter().filter_map(|it| product(it, currency)).collect();
        let info = &data["products"]["pageInfo"];
        let more = info["hasNextPage"].as_bool() == Some(true);
        Ok(Page {
            unread: nodes.len() - products.len(),
            products,
            next: info["endCursor"].as_str().filter(|_| more).map(str::to_owned),
        })
    }

    /// Writes something back. `key` is the same at every try, `tried` says that it was tried before.
    ///
    /// # Errors
    /// [`ShopFault`].
    pub async fn write(&self, back: &Back, key: &str, tried: bool) -> Result<(), ShopFault> {
        match back {
            Back::Stock { stock, delta } => self.adjust(stock, *delta, key).await,
            Back::Order(order) => self.order(order, key, tried).await,
        }
    }

    async fn adjust(&self, stock: &str, delta: i64, key: &str) -> Result<(), ShopFault> {
        let change = json!({
            "delta": delta, "inventoryItemId": format!("gid://shopify/InventoryItem/{stock}"),
            // Changes add up, so that it does not matter what was there; null says so.
            "locationId": self.location, "changeFromQuantity": null,
        });
        let input = json!({"reason": "correction", "name": "available", "changes": [change]});
        let data = self.ask(ADJUST, json!({"input": input, "key": key}), 20.0).await?;
        accepted(&data["inventoryAdjustQuantities"])
    }

    /// Orders carry no key there: one that was tried before is looked for first.
    async fn order(&self, order: &BackOrder, key: &str, tried: bool) -> Result<(), ShopFault> {
        if tried {
            let query = json!({"query": format!("source_identifier:'{key}'")});
            let data = self.ask(FIND_ORDER, query, 10.0).await?;
            if !data["orders"]["nodes"].as_array().ok_or(ShopFault::Strange)?.is_empty() {
                return Ok(());
            }
        }
        let line = |it: &crate::BackLine| {
            let amount = json!({
                "amount": money::write(it.minor, &order.currency), "currencyCode": order.currency,
            });
            json!({
                "variantId": format!("gid://shopify/ProductVariant/{}", it.variant),
                "quantity": it.units, "priceSet": {"shopMoney": amount},
            })
        };
        let told = json!({
            "currency": order.currency, "financialStatus": "PAID", "sourceName": "linger",
            "sourceIdentifier": key, "tags": ["linger"],
            "customAttributes": [{"key": OUR_NOTE, "value": key}],
            "lineItems": order.lines.iter().map(line).collect::<Vec<_>>(),
        });
        // The units were written back as stock already.
        let options = json!({"inventoryBehaviour": "BYPASS", "sendReceipt": false});
        let data = self.ask(CREATE_ORDER, json!({"order": told, "options": options}), 20.0).await?;
        accepted(&data["orderCreate"])
    }

    async fn ask(&self, query: &str, variables: Value, cost: f64) -> Result<Value, ShopFault> {
        let wait = {
            let bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
            bucket.map_or(Duration::ZERO, |it| it.wait(cost, Instant::now()))
        };
        if !wait.is_zero() {
            return Err(ShopFault::Busy {
                wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1),
            });
        }
        let request = self
            .http
            .post(self.url.clone())
            .header("x-shopify-access-token", &self.token)
            .json(&json!({"query": query, "variables": variables}));
        let answer = answer(request).await?;
        self.learn(&answer["extensions"]["cost"], query == PRODUCTS);
        if let Some(errors) = answer["errors"].as_array().filter(|it| !it.is_empty()) {
            let code = errors[0]["extensions"]["code"].as_str().unwrap_or_default();
            let cost = answer["extensions"]["cost"]["requestedQueryCost"].as_f64().unwrap_or(cost);
            return Err(match code {
                "THROTTLED" => self.throttled(cost),
                "ACCESS_DENIED" => ShopFault::NotAllowed,
                "INTERNAL_SERVER_ERROR" => ShopFault::Away,
                _ => ShopFault::Refused,
            });
        }
        match &answer["data"] {
            Value::Object(_) => Ok(answer["data"].clone()),
            _ => Err(ShopFault::Strange),
        }
    }

    fn throttled(&self, cost: f64) -> ShopFault {
        let bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = bucket.map_or(Duration::from_secs(2), |it| it.wait(cost, Instant::now()));
        ShopFault::Busy { wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(500) }
    }

    fn learn(&self, cost: &Value, of_page: bool) {
        if of_page && let Some(asked) = cost["requestedQueryCost"].as_f64() {
            *self.page_cost.lock().unwrap_or_else(PoisonError::into_inner) = asked;
        }
        let status = &cost["throttleStatus"];
        let number = |name: &str| status[name].as_f64();
        if let (Some(left), Some(most), Some(per_second)) =
            (number("currentlyAvailable"), number("maximumAvailable"), number("restoreRate"))
        {
            let bucket = Bucket { left, most, per_second, at: Instant::now() };
            *self.bucket.lock().unwrap_or_else(PoisonError::into_inner) = Some(bucket);
        }
    }
}

/// A client that goes nowhere else and waits no longer than a shop may need.
pub(crate) fn http() -> Result<reqwest::Client, ShopFault> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(20))
        .user_agent(concat!("linger/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| ShopFault::Strange)
}

/// Sends, and reads an answer of bounded size.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Result<Value, ShopFault> {
    let mut response = request.send().await.map_err(|_| ShopFault::Away)?;
    let after = response.headers().get("retry-after").and_then(|it| it.to_str().ok());
    let after = after.and_then(|it| it.parse::<f64>().ok()).filter(|it| (0.0..=86_400.0).contains(it));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a day")]
    ShopFault::of_status(response.status().as_u16(), after.map(|it| it.ceil() as u64))?;
    let mut bytes = vec![];
    while let Some(chunk) = response.chunk().await.map_err(|_| ShopFault::Away)? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(ShopFault::Strange);
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|_| ShopFault::Strange)
}

fn accepted(done: &Value) -> Result<(), ShopFault> {
    match done["userErrors"].as_array() {
        Some(errors) if errors.is_empty() => Ok(()),
        Some(_) => Err(ShopFault::Refused),
        None => Err(ShopFault::Strange),
    }
}

fn product(node: &Value, currency: &str) -> Option<crate::ShopProduct> {
    let text = |of: &Value, name: &str| of[name].as_str().map(str::to_owned);
    let list = |of: &Value| of.as_array().cloned().unwrap_or_default();
    let options: Vec<(String, Vec<String>)> = list(&node["options"])
        .iter()
        .filter_map(|it| {
            let values = list(&it["values"]).iter().filter_map(|it| Some(it.as_str()?.to_owned())).collect();
            Some((text(it, "name")?, values))
        })
        .collect();
    let variants = list(&node["variants"]["nodes"]).into_iter().map(|it| {
        let stock = &it["inventoryItem"];
        let chosen = list(&it["selectedOptions"]);
        let value = |name: &String| {
            chosen.iter().find(|it| it["name"] == name.as_str()).and_then(|it| text(it, "value"))
        };
        Some(Told {
            id: bare(it["id"].as_str()?),
            price: text(&it, "price")?,
            compared: text(&it, "compareAtPrice"),
            sku: text(&it, "sku"),
            barcode: text(&it, "barcode"),
            values: options.iter().map(|(name, _)| value(name).unwrap_or_default()).collect(),
            grams: grams(&stock["measurement"]["weight"]),
            stock: stock["id"].as_str().map(bare),
            units: it["inventoryQuantity"].as_i64().filter(|_| stock["tracked"].as_bool() == Some(true)),
            picture: text(&it["image"], "url"),
        })
    });
    let variants = variants.collect::<Option<Vec<_>>>()?;
    let media = list(&node["media"]["nodes"]).iter().filter_map(media).collect();
    let tags = list(&node["tags"]).iter().filter_map(|it| Some(it.as_str()?.to_owned())).collect();
    let head = Head {
        id: bare(node["id"].as_str()?),
        title: text(node, "title")?,
        html: text(node, "descriptionHtml"),
        vendor: text(node, "vendor"),
        kind: text(node, "productType"),
        handle: text(node, "handle"),
        changed: text(node, "updatedAt")?,
        offered: node["status"].as_str() == Some("ACTIVE"),
        tags,
        options: options.clone(),
    };
    meant(head, variants, media, currency)
}

fn media(node: &Value) -> Option<Media> {
    let source = |kind: &str| {
        let sources = node["sources"].as_array()?;
        sources.iter().find(|it| it["mimeType"] == kind)?["url"].as_str().map(str::to_owned)
    };
    let (kind, url) = match node["mediaContentType"].as_str()? {
        "IMAGE" => (MediaKind::Image, node["image"]["url"].as_str()?.to_owned()),
        "VIDEO" => (MediaKind::Video, source("video/mp4")?),
        "MODEL_3D" => (MediaKind::Model, source("model/gltf-binary")?),
        _ => return None,
    };
    let poster = node["preview"]["image"]["url"].as_str().filter(|_| kind != MediaKind::Image);
    let alt = short(node["alt"].as_str().unwrap_or_default());
    Some(Media { kind, url, alt, poster: poster.unwrap_or_default().to_owned() })
}

fn grams(weight: &Value) -> Option<u32> {
    let factor = match weight["unit"].as_str()? {
        "GRAMS" => 1.0,
        "KILOGRAMS" => 1_000.0,
        "OUNCES" => 28.349_523_125,
        "POUNDS" => 453.592_37,
        _ => return None,
    };
    let grams = weight["value"].as_f64()? * factor;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within what a weight may be"
    )]
    (0.5..=10_000_000.0).contains(&grams).then(|| grams.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_says_how_long_to_wait() {
        let now = Instant::now();
        let bucket = Bucket { left: 50.0, most: 1_000.0, per_second: 100.0, at: now };
        assert_eq!(bucket.wait(50.0, now), Duration::ZERO);
        assert_eq!(bucket.wait(250.0, now), Duration::from_secs(2));
        assert_eq!(bucket.wait(250.0, now + Duration::from_secs(2)), Duration::ZERO);
        assert_eq!(
            bucket.wait(9_999.0, now),
            Duration::from_millis(9_500),
            "more than the bucket is a full one"
        );
    }
}
