//! Takes in what a shop elsewhere tells. It does not know how it was told.

use super::Shop;
use crate::{account::store_refused, error::ApiError, house::House};
use linger_catalogue::{Outside, Product};
use linger_protocol::Millis;
use linger_shops::{News, ShopFault, ShopProduct, medusa, merged, shopify};
use linger_store::{Fault, Put, StoreError, Told};

fn keeping(fault: Fault) -> ApiError {
    ApiError::unavailable("taking what a shop tells", &fault)
}

/// Takes one telling in.
///
/// # Errors
/// 503: it was not taken, and is worth telling again.
pub(super) async fn news(house: &House, shop: &Shop, news: News) -> Result<(), ApiError> {
    match (news, shop) {
        (News::Product(told), _) => product(house, shop, *told).await,
        (News::Gone { id }, _) => gone(house, shop, &id).await,
        (News::Count { stock, count: units, at_ms }, _) => count(house, shop, &stock, units, at_ms).await,
        (News::AskProduct { id }, Shop::Medusa(it)) => match asked(it.client.product(&id).await)? {
            Some(told) => product(house, shop, told).await,
            None => gone(house, shop, &id).await,
        },
        (News::AskCount { stock }, Shop::Medusa(it)) => match asked(it.client.count(&stock).await)? {
            Some(units) => count(house, shop, &stock, units, house.now().0).await,
            None => Ok(()),
        },
        // An order changes stock there, which the shop tells by itself; one of ours is an echo.
        (News::Order(_) | News::AskProduct { .. } | News::AskCount { .. } | News::Nothing, _) => Ok(()),
    }
}

fn asked<T>(answer: Result<T, ShopFault>) -> Result<T, ApiError> {
    answer.map_err(|fault| ApiError::unavailable("asking a shop what changed", &fault))
}

/// Takes a product in, unless something as new is known. What cannot be kept of it stands in the shop's notes.
pub(super) async fn product(house: &House, shop: &Shop, told: ShopProduct) -> Result<(), ApiError> {
    let source = shop.source();
    let Some(name) = own_name(&told.product, source) else { return Ok(()) };
    let thing = format!("product:{name}");
    if !house.store.is_newest(source, &thing, told.changed_ms).await.map_err(keeping)? {
        return Ok(());
    }
    if told.offered {
        keep(house, shop, &name, &told).await?;
    } else {
        gone(house, shop, &name).await?;
    }
    house.store.note_newest(source, &thing, told.changed_ms).await.map_err(keeping)
}

async fn keep(house: &House, shop: &Shop, name: &str, told: &ShopProduct) -> Result<(), ApiError> {
    let (source, now) = (shop.source(), house.now());
    let known = house.store.product_named(source, name).await.map_err(keeping)?;
    let seller = match house.store.seller_named(&told.seller, now).await {
        // Its name is none that can be shown: the product has no seller until somebody enters one.
        Err(StoreError::Fields(_)) => Ok(None),
        other => other,
    };
    let seller = seller.map_err(store_refused("keeping a seller"))?;
    let product = merged(Product { seller, ..told.product.clone() }, known.as_ref());
    let put = Put { source, now, counts: false, partly: true, rehearsal: false };
    let kept = house.store.put_products(&[product], put).await;
    let kept = kept.map_err(store_refused("keeping a product"))?;
    if told.struck > 0 && known.is_none() {
        house.store.note_shop(source, "struck-left-out", name, now).await.map_err(keeping)?;
    }
    if let Some((_, wrong)) = kept.wrong.first() {
        let subject = format!("{name}:{}", wrong.field);
        house.store.note_shop(source, "product-not-kept", &subject, now).await.map_err(keeping)?;
    }
    Ok(())
}

async fn gone(house: &House, shop: &Shop, name: &str) -> Result<(), ApiError> {
    let known = house.store.product_named(shop.source(), name).await.map_err(keeping)?;
    let Some(known) = known else { return Ok(()) };
    match house.store.retire_product(known.id, shop.source(), house.now()).await {
        // Somebody was faster.
        Err(StoreError::NotFound { .. }) => Ok(()),
        done => done.map_err(store_refused("retiring a product")),
    }
}

async fn count(house: &House, shop: &Shop, stock: &str, units: i64, at_ms: i64) -> Result<(), ApiError> {
    let told = house.store.take_count((shop.source(), stock), units, at_ms, house.now()).await;
    match told.map_err(store_refused("taking a count"))? {
        Told::Taken | Told::Older => Ok(()),
        Told::Unknown => {
            tracing::debug!(shop = shop.source(), "a count of something that is not known here");
            Ok(())
        }
    }
}

/// Takes the counts that came with a product, as of `at`.
pub(super) async fn counts(
    house: &House,
    shop: &Shop,
    told: &ShopProduct,
    at: Millis,
) -> Result<(), ApiError> {
    let source = match shop {
        Shop::Shopify(_) => shopify::STOCK_SOURCE,
        Shop::Medusa(_) => medusa::STOCK_SOURCE,
    };
    for variant in &told.product.variants {
        let name = variant.outside.iter().find(|it| it.source == source);
        if let (Some(name), Some(units)) = (name, variant.units) {
            count(house, shop, &name.id, i64::try_from(units).unwrap_or(i64::MAX), at.0).await?;
        }
    }
    Ok(())
}

fn own_name(product: &Product, source: &str) -> Option<String> {
    product.outside.iter().find(|it: &&Outside| it.source == source).map(|it| it.id.clone())
}
