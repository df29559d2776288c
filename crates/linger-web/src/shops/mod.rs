//! Shops elsewhere: their webhooks in, their catalogue on request and now and then, stock and orders written back, and how it
//! stands with each. It does not know how they are spoken to (`linger-shops`), or what is kept of them (`linger-store`).
//!
//! What came from a shop is not written back to it; a telling that is no newer than what is known is not taken; a shop's
//! count is less what rooms hold (the rule stands in `linger-catalogue`).

mod hooks;
mod status;
mod take;
mod work;

use linger_shops::{Back, Page, Secret, ShopFault, medusa, shopify};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64},
    },
};
use tokio::sync::Notify;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::house::House;
use axum::extract::DefaultBodyLimit;

/// Bytes of a webhook. A product of a hundred variants with its texts has a quarter of that.
const HOOK_BYTES_MAX: usize = 2 << 20;

/// The shops that are spoken to.
#[derive(Clone, Debug, Default)]
pub struct Shops {
    /// Shopify, if it is set up.
    pub shopify: Option<Arc<ShopifyShop>>,
    /// Medusa, if it is set up.
    pub medusa: Option<Arc<MedusaShop>>,
}

/// A shop of Shopify.
#[derive(Debug)]
pub struct ShopifyShop {
    /// Its address there, `name.myshopify.com`.
    pub domain: String,
    /// What it signs its webhooks with.
    pub secret: Secret,
    /// The currency of its prices.
    pub currency: String,
    /// The location whose stock counts; any when it is empty.
    pub location: String,
    /// Its interface.
    pub client: shopify::Client,
    /// How it stands.
    pub state: State,
}

/// A shop of Medusa.
#[derive(Debug)]
pub struct MedusaShop {
    /// What its subscriber signs with.
    pub secret: Secret,
    /// Its interface.
    pub client: medusa::Client,
    /// How it stands.
    pub state: State,
}

/// What goes on with a shop.
#[derive(Debug, Default)]
pub struct State {
    pull: Notify,
    pulling: AtomicBool,
    pulled_at: AtomicI64,
}

/// One of them.
#[derive(Clone)]
enum Shop {
    Shopify(Arc<ShopifyShop>),
    Medusa(Arc<MedusaShop>),
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source())
    }
}

impl Shop {
    fn source(&self) -> &'static str {
        match self {
            Shop::Shopify(_) => shopify::SOURCE,
            Shop::Medusa(_) => medusa::SOURCE,
        }
    }

    fn state(&self) -> &State {
        match self {
            Shop::Shopify(it) => &it.state,
            Shop::Medusa(it) => &it.state,
        }
    }

    async fn page(&self, after: Option<&str>) -> Result<Page, ShopFault> {
        match self {
            Shop::Shopify(it) => it.client.page(after).await,
            Shop::Medusa(it) => it.client.page(after).await,
        }
    }

    async fn write(&self, back: &Back, key: &str, tried: bool) -> Result<(), ShopFault> {
        match self {
            Shop::Shopify(it) => it.client.write(back, key, tried).await,
            Shop::Medusa(it) => it.client.write(back, key, tried).await,
        }
    }
}

impl Shops {
    fn all(&self) -> Vec<Shop> {
        let shopify = self.shopify.iter().cloned().map(Shop::Shopify);
        shopify.chain(self.medusa.iter().cloned().map(Shop::Medusa)).collect()
    }

    fn named(&self, source: &str) -> Option<Shop> {
        self.all().into_iter().find(|it| it.source() == source)
    }
}

/// Begins to work with every shop that is set up.
pub(crate) fn follow(house: &House) {
    for shop in house.shops.all() {
        tokio::spawn(work::pull(house.clone(), shop.clone()));
        tokio::spawn(work::write_back(house.clone(), shop));
    }
}

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .merge(
            OpenApiRouter::default()
                .routes(routes!(hooks::shopify_hook))
                .routes(routes!(hooks::medusa_hook))
                .layer(DefaultBodyLimit::max(HOOK_BYTES_MAX)),
        )
        .routes(routes!(status::list_shops))
        .routes(routes!(status::pull_shop))
        .routes(routes!(status::retry_shop))
}
