//! Files of products over HTTP: in, with a rehearsal that says what would come of it, and out. It does not know their
//! columns.

use super::{Keeper, currency, note, reading};
use crate::{
    account::store_refused,
    error::{ApiError, Raw},
    house::House,
    wire::{ImportAsked, Imported},
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use linger_catalogue::{
    Product,
    csv::{self, BadRow, Found},
};
use linger_store::{PAGE_TAKE_MAX, PRODUCTS_PER_CALL_MAX, Page, Put, StoreError};
use std::collections::BTreeMap;

/// Rows that are told; more are counted.
const TOLD_MAX: usize = 200;
/// Products that a rehearsal shows.
const SHOWN_MAX: usize = 5;

/// Bring in a file of products (CSV in our own columns, or Shopify's export as it is). What is right is kept, what is wrong is
/// left out and told by line; with `dry_run` nothing is kept.
#[utoipa::path(
    post, path = "/api/products/import", tag = "shop", params(ImportAsked),
    request_body(content = String, content_type = "text/csv", description = "the file, UTF-8, at most 16 MB"),
    responses(
        (status = 200, description = "what came of it, or would", body = Imported),
        (status = 400, description = "the file or a parameter cannot be read: `why` and `line` say what", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 409, description = "the catalogue is full", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn import_products(
    State(house): State<House>,
    keeper: Keeper,
    asked: Result<Query<ImportAsked>, QueryRejection>,
    Raw(file): Raw,
) -> Result<Json<Imported>, ApiError> {
    let Query(asked) = asked.map_err(|_| ApiError::field("bad-field", "query"))?;
    let options = csv::Options { currency: currency(&asked.currency)?, columns: columns(&asked.columns)? };
    let read = tokio::task::spawn_blocking(move || csv::read(&file, &options));
    let read = read.await.map_err(|error| ApiError::unavailable("reading a file", &error))?;
    let read = read.map_err(|bad| unreadable(&bad))?;
    if read.products.len() > PRODUCTS_PER_CALL_MAX {
        let why = "more than 5000 products: divide the file".to_owned();
        return Err(unreadable(&BadRow { line: 1, column: None, why }));
    }
    let (mut bad, mut found) = (read.bad, read.products);
    sell(&house, &mut found, asked.dry_run, &mut bad).await?;
    let products: Vec<Product> = found.iter().map(|it| it.product.clone()).collect();
    let put = Put { source: "csv", now: house.now(), counts: true, partly: true, rehearsal: asked.dry_run };
    let kept = house.store.put_products(&products, put).await.map_err(store_refused("keeping products"))?;
    let line = |place: usize| found.get(place).map_or(1, |it| it.line);
    bad.extend(kept.wrong.iter().map(|(place, wrong)| BadRow {
        line: line(*place),
        column: Some(wrong.field.clone()),
        why: wrong.why.clone(),
    }));
    bad.sort_by_key(|it| it.line);
    if !asked.dry_run && kept.made + kept.changed > 0 {
        note(&house, &keeper, "product.imported", &format!("products:{}", kept.made + kept.changed)).await?;
    }
    let mut notes = read.notes;
    let (bad_rows, noted_rows) = (bad.len() as u64, notes.len() as u64);
    bad.truncate(TOLD_MAX);
    notes.truncate(TOLD_MAX);
    let kept_count = kept.products.iter().filter(|it| it.is_some()).count() as u64;
    Ok(Json(Imported {
        dry_run: asked.dry_run,
        shape: read.shape,
        mapping: read.mapping,
        rows: read.rows as u64,
        products: kept_count,
        made: kept.made as u64,
        changed: kept.changed as u64,
        bad,
        bad_rows,
        notes,
        noted_rows,
        first: products.into_iter().take(SHOWN_MAX).collect(),
    }))
}

/// Finds the sellers that a file names. A rehearsal makes none: a product of a seller who is new has none in it.
async fn sell(
    house: &House,
    found: &mut Vec<Found>,
    rehearsal: bool,
    bad: &mut Vec<BadRow>,
) -> Result<(), ApiError> {
    let mut known: BTreeMap<String, Option<u64>> = BTreeMap::new();
    if rehearsal {
        let sellers = house.store.sellers().await.map_err(reading)?;
        known.extend(sellers.into_iter().map(|it| (it.name, Some(it.id))));
    }
    let mut right = Vec::with_capacity(found.len());
    for mut it in std::mem::take(found) {
        let name = it.seller.trim().to_owned();
        if !known.contains_key(&name) {
            let number = match rehearsal {
                true => Ok(None),
                false => house.store.seller_named(&name, house.now()).await,
            };
            match number {
                Ok(number) => {
                    known.insert(name.clone(), number);
                }
                Err(StoreError::Fields(wrong)) => {
                    let why = wrong.into_iter().next().map(|it| it.why).unwrap_or_default();
                    bad.push(BadRow { line: it.line, column: Some("seller".to_owned()), why });
                    continue;
                }
                Err(other) => return Err(store_refused("keeping a seller")(other)),
            }
        }
        it.product.seller = known.get(&name).copied().flatten();
        right.push(it);
    }
    *found = right;
    Ok(())
}

/// The whole catalogue as a file that can be brought in again.
#[utoipa::path(
    get, path = "/api/products/export.csv", tag = "shop",
    responses(
        (status = 200, description = "a line for each variant", body = String, content_type = "text/csv"),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, or the key is not trusted", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn export_products(
    State(house): State<House>,
    keeper: Keeper,
) -> Result<Response, ApiError> {
    let sellers: BTreeMap<u64, String> =
        house.store.sellers().await.map_err(reading)?.into_iter().map(|it| (it.id, it.name)).collect();
    let mut products = vec![];
    let mut skip = 0;
    loop {
        let page = Page { skip, take: PAGE_TAKE_MAX };
        let (numbers, _) = house.store.find_products("", "", page).await.map_err(reading)?;
        skip += PAGE_TAKE_MAX;
        let last = numbers.len() < PAGE_TAKE_MAX as usize;
        products.extend(house.store.products(&numbers).await.map_err(reading)?);
        if last {
            break;
        }
    }
    let file = csv::write(&products, &|seller| sellers.get(&seller).cloned().unwrap_or_default());
    note(&house, &keeper, "product.exported", &format!("products:{}", products.len())).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"products.csv\""),
    ];
    Ok((StatusCode::OK, headers, file).into_response())
}

/// `price:Retail price;title:Name`: our names, and what the file calls them.
fn columns(told: &str) -> Result<BTreeMap<String, String>, ApiError> {
    let pair = |pair: &str| {
        let (ours, theirs) = pair.split_once(':')?;
        Some((ours.trim().to_owned(), theirs.trim().to_owned()))
    };
    told.split(';')
        .filter(|it| !it.trim().is_empty())
        .map(|it| pair(it).ok_or_else(|| ApiError::field("bad-field", "columns")))
        .collect()
}

fn unreadable(bad: &BadRow) -> ApiError {
    ApiError {
        why: Some(format!("line {}: {}", bad.line, bad.why)),
        ..ApiError::new(StatusCode::BAD_REQUEST, "bad-file")
    }
}
