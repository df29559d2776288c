//! The catalogue over HTTP, for staff, for a shop's own servers and for viewers: products, sellers, stock, prices, files. It
//! does not know what a product may hold (`linger-catalogue`), how it is kept, or rooms.

mod files;
mod keeper;
mod kept;
mod page;
mod prices;
mod products;
mod sellers;
mod stock;

use crate::{account::store_refused, error::ApiError, house::House};
use axum::extract::DefaultBodyLimit;
use keeper::Keeper;
use linger_protocol::{Currency, PersonId};
use linger_store::NewAuditEntry;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of a body with products.
const PRODUCTS_BYTES_MAX: usize = 4 << 20;
/// Bytes of a file of products.
const FILE_BYTES_MAX: usize = 16 << 20;

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .merge(
            OpenApiRouter::default()
                .routes(routes!(products::find_products, products::keep_products))
                .routes(routes!(products::keep_product, products::retire_product, page::product_page))
                .layer(DefaultBodyLimit::max(PRODUCTS_BYTES_MAX)),
        )
        .merge(
            OpenApiRouter::default()
                .routes(routes!(files::import_products))
                .layer(DefaultBodyLimit::max(FILE_BYTES_MAX)),
        )
        .routes(routes!(files::export_products))
        .routes(routes!(page::compare_products))
        .routes(routes!(kept::order_pages))
        .routes(routes!(stock::get_stock, stock::move_stock))
        .routes(routes!(prices::price_history))
        .routes(routes!(prices::check_price))
        .routes(routes!(sellers::list_sellers, sellers::make_seller))
        .routes(routes!(sellers::put_seller, sellers::remove_seller))
}

/// A number in an address.
fn number(text: &str, field: &str) -> Result<u64, ApiError> {
    let number = text.parse::<u64>().ok().filter(|it| *it < linger_catalogue::check::NUMBER_END);
    number.ok_or_else(|| ApiError::field("bad-id", field))
}

/// The region of a page: two capital letters, or none.
fn region(told: Option<&str>) -> Result<&str, ApiError> {
    let told = told.unwrap_or_default();
    let right = told.is_empty() || (told.len() == 2 && told.bytes().all(|b| b.is_ascii_uppercase()));
    if right { Ok(told) } else { Err(ApiError::field("bad-field", "region")) }
}

fn currency(told: &str) -> Result<String, ApiError> {
    let right = told.is_empty() || Currency::new(told).is_some();
    if right { Ok(told.to_owned()) } else { Err(ApiError::field("bad-field", "currency")) }
}

fn reading(fault: linger_store::Fault) -> ApiError {
    ApiError::unavailable("reading the catalogue", &fault)
}

/// Notes who changed what.
async fn note(house: &House, keeper: &Keeper, action: &str, subject: &str) -> Result<(), ApiError> {
    let actor = match keeper {
        Keeper::Staff(staff) => staff.person,
        Keeper::Key(_) => PersonId(0),
    };
    let subject = match keeper {
        Keeper::Staff(_) => subject.to_owned(),
        Keeper::Key(sender) => format!("{subject}/key:{}", sender.id),
    };
    let entry = NewAuditEntry { at: house.now(), actor, action, subject: &subject };
    house.store.audit(entry).await.map_err(store_refused("noting what was done"))
}
