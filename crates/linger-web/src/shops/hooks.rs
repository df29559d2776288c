//! Webhooks of shops elsewhere over HTTP. It does not know what becomes of what they tell.

use super::{Shop, take};
use crate::{
    error::{ApiError, Raw},
    house::House,
    wire::Accepted,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use linger_shops::{News, Unheard, medusa, shopify};

/// What Shopify tells: `products/create`, `products/update`, `products/delete`, `inventory_levels/update`, `orders/create`;
/// other topics are taken and forgotten. Signed by `X-Shopify-Hmac-Sha256` over the raw body.
#[utoipa::path(
    post, path = "/api/shops/shopify/webhook", tag = "shop",
    request_body(content = serde_json::Value, description = "as Shopify documents it"),
    responses(
        (status = 200, description = "taken, or told before", body = Accepted),
        (status = 400, description = "a header or the body is not of the documented shape, or it was sent too long ago", body = ApiError),
        (status = 401, description = "the signature is not right", body = ApiError),
        (status = 403, description = "from another shop", body = ApiError),
        (status = 404, description = "no such shop is set up", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    )
)]
pub(crate) async fn shopify_hook(
    State(house): State<House>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Accepted>, ApiError> {
    let shop = house.shops.shopify.clone().ok_or_else(|| ApiError::not_found("no-such-shop"))?;
    let now = house.now();
    let hook = shopify::hear(&shop.secret, &shop.domain, &told(&headers), &body, now).map_err(unheard)?;
    let (currency, location) = (shop.currency.clone(), shop.location.clone());
    let read = move || shopify::news(&hook.topic, &body, &currency, &location);
    once(&house, Shop::Shopify(shop), &hook.id, read).await
}

/// What a subscriber in Medusa tells: its event as it got it, signed by the Standard Webhooks convention.
#[utoipa::path(
    post, path = "/api/shops/medusa/webhook", tag = "shop",
    request_body(content = serde_json::Value, description = "`{\"name\":\"product.updated\",\"data\":{\"id\":\"prod_…\"}}`"),
    responses(
        (status = 200, description = "taken, or told before", body = Accepted),
        (status = 400, description = "a header or the body is not of the documented shape, or it was sent too long ago", body = ApiError),
        (status = 401, description = "the signature is not right", body = ApiError),
        (status = 404, description = "no such shop is set up", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 503, description = "the shop does not answer what changed, or it cannot be kept now", body = ApiError),
    )
)]
pub(crate) async fn medusa_hook(
    State(house): State<House>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Accepted>, ApiError> {
    let shop = house.shops.medusa.clone().ok_or_else(|| ApiError::not_found("no-such-shop"))?;
    let hook = medusa::hear(&shop.secret, &told(&headers), &body, house.now()).map_err(unheard)?;
    once(&house, Shop::Medusa(shop), &hook.id, || medusa::news(&body)).await
}

/// Takes what a webhook tells, unless it was taken before. Its id is noted when all of it was: what breaks off half-way is
/// sent again, and judged by how new it is.
async fn once(
    house: &House,
    shop: Shop,
    id: &str,
    read: impl FnOnce() -> Result<News, Unheard>,
) -> Result<Json<Accepted>, ApiError> {
    let keeping = |fault| ApiError::unavailable("taking a webhook", &fault);
    let source = shop.source();
    if house.store.knows_hook(source, id).await.map_err(keeping)? {
        return Ok(Json(Accepted { ok: true }));
    }
    let news = match read() {
        Ok(news) => news,
        Err(why) => {
            house.store.note_shop(source, "unread-hook", id, house.now()).await.map_err(keeping)?;
            return Err(unheard(why));
        }
    };
    take::news(house, &shop, news).await?;
    house.store.note_hook(source, id, house.now()).await.map_err(keeping)?;
    Ok(Json(Accepted { ok: true }))
}

fn told(headers: &HeaderMap) -> Vec<(&str, &str)> {
    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}

fn unheard(why: Unheard) -> ApiError {
    match why {
        Unheard::BadHeader(header) => ApiError::field("bad-header", header),
        Unheard::BadSignature => ApiError::unauthorized("bad-signature"),
        Unheard::OtherShop => ApiError::new(StatusCode::FORBIDDEN, "other-shop"),
        Unheard::Stale => ApiError::new(StatusCode::BAD_REQUEST, "stale"),
        Unheard::BadBody => ApiError::new(StatusCode::BAD_REQUEST, "bad-body"),
    }
}
