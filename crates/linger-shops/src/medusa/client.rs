//! Medusa's Admin REST interface: its catalogue page by page, single products and stock, and what is written back. It does
//! not know when it is asked.

use super::{
    hook::is_id,
    read::{level, product},
};
use crate::{
    shopify::{answer, http},
    told::{Back, BackOrder, Page, ShopFault, ShopProduct},
};
use linger_catalogue::money;
use serde_json::{Value, json};
use std::fmt;
use url::Url;

/// Products of a page.
const PAGE: usize = 50;
const FIELDS: &str = "id,title,description,handle,status,updated_at,type.value,*categories,*tags,*images,*options,\
    *options.values,*variants,*variants.options,*variants.prices,*variants.inventory_items,\
    *variants.inventory_items.inventory,*variants.inventory_items.inventory.location_levels";

/// What has to be known of a shop.
#[derive(Clone)]
pub struct Settings {
    /// Its address, such as `https://shop.example.com`.
    pub base: Url,
    /// A secret key of its Admin interface.
    pub token: String,
    /// The currency whose prices are taken, three capital letters.
    pub currency: String,
    /// The location whose stock counts; all of them when it is empty, and none is written then.
    pub location: String,
    /// The region that orders are written into; none are when it is empty.
    pub region: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("medusa::Settings").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// A shop.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    settings: Settings,
}

impl Client {
    /// A shop of these settings.
    ///
    /// # Errors
    /// [`ShopFault::Strange`] when there can be no such client.
    pub fn new(settings: Settings) -> Result<Client, ShopFault> {
        Ok(Client { http: http()?, settings })
    }

    /// A page of the catalogue: the first, or what follows `after`.
    ///
    /// # Errors
    /// [`ShopFault`].
    pub async fn page(&self, after: Option<&str>) -> Result<Page, ShopFault> {
        let offset: usize = after.map_or(Ok(0), str::parse).map_err(|_| ShopFault::Strange)?;
        let query = [("limit", PAGE.to_string()), ("offset", offset.to_string()), ("order", "id".to_owned())];
        let told = self.get("/admin/products", &query).await?;
        let rows = told["products"].as_array().ok_or(ShopFault::Strange)?;
        let count = told["count"].as_u64().ok_or(ShopFault::Strange)?;
        let products: Vec<_> = rows.iter().filter_map(|it| self.meant(it)).collect();
        let end = offset + rows.len();
        let more = !rows.is_empty() && (end as u64) < count;
        Ok(Page { unread: rows.len() - products.len(), products, next: more.then(|| end.to_string()) })
    }

    /// One product; `None` when it is gone.
    ///
    /// # Errors
    /// [`ShopFault`].
    pub async fn product(&self, id: &str) -> Result<Option<ShopProduct>, ShopFault> {
        let told = self.get(&format!("/admin/products/{}", safe(id)?), &[]).await;
        match told {
            Ok(told) => self.meant(&told["product"]).ok_or(ShopFault::Strange).map(Some),
            Err(ShopFault::Refused) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// How many there are to be sold of a stock; `None` when it is not counted at our location.
    ///
    /// # Errors
    /// [`ShopFault`].
    pub async fn count(&self, stock: &str) -> Result<Option<i64>, ShopFault> {
        Ok(level(&self.levels(stock).await?, &self.settings.location))
    }

    /// Writes something back. `key` is the same at every try, `tried` says that it was tried before.
    ///
    /// # Errors
    /// [`ShopFault`].
    pub async fn write(&self, back: &Back, key: &str, tried: bool) -> Result<(), ShopFault> {
        match back {
            Back::Stock { stock, delta } => self.adjust(stock, *delta).await,
            Back::Order(order) => self.order(order, key, tried).await,
        }
    }

    /// Medusa sets a level and does not add to it: what it has is read first. Between the two somebody else may change it;
    /// what it then has is told to us by its next event, or with the next pass over the whole catalogue.
    async fn adjust(&self, stock: &str, delta: i64) -> Result<(), ShopFault> {
        let location = safe(&self.settings.location)?;
        let levels = self.levels(stock).await?;
        let of = |it: &&Value| it["location_id"] == location;
        let found = levels.as_array().and_then(|it| it.iter().find(of));
        let stocked = found.and_then(|it| it["stocked_quantity"].as_i64()).ok_or(ShopFault::Refused)?;
        let path = format!("/admin/inventory-items/{}/location-levels/{location}", safe(stock)?);
        self.post(&path, &json!({"stocked_quantity": (stocked + delta).max(0)})).await.map(|_| ())
    }

    async fn levels(&self, stock: &str) -> Result<Value, ShopFault> {
        let path = format!("/admin/inventory-items/{}/location-levels", safe(stock)?);
        let told = self.get(&path, &[("limit", "100".to_owned())]).await?;
        Ok(told["inventory_levels"].clone())
    }

    /// An order goes in as a draft that is turned into an order. Drafts carry no key: one that was tried before is looked for
    /// among the newest first.
    async fn order(&self, order: &BackOrder, key: &str, tried: bool) -> Result<(), ShopFault> {
        if self.settings.region.is_empty() {
            return Err(ShopFault::Refused);
        }
        let mut draft = None;
        if tried {
            for path in ["/admin/orders", "/admin/draft-orders"] {
                let query = [("limit", "100".to_owned()), ("order", "-created_at".to_owned())];
                let told = self.get(path, &query).await?;
                let rows = told["orders"].as_array().or_else(|| told["draft_orders"].as_array());
                let ours = |it: &&Value| it["metadata"]["linger_order"] == key;
                match rows.ok_or(ShopFault::Strange)?.iter().find(ours) {
                    Some(_) if path == "/admin/orders" => return Ok(()),
                    found => draft = found.and_then(|it| it["id"].as_str()).map(str::to_owned),
                }
            }
        }
        let draft = match draft {
            Some(draft) => draft,
            None => self.draft(order, key).await?,
        };
        let path = format!("/admin/draft-orders/{}/convert-to-order", safe(&draft)?);
        self.post(&path, &json!({})).await.map(|_| ())
    }

    async fn draft(&self, order: &BackOrder, key: &str) -> Result<String, ShopFault> {
        let line = |it: &crate::BackLine| {
            // Major units as a number, exact to the digit that is written.
            let amount: serde_json::Number =
                money::write(it.minor, &order.currency).parse().map_err(|_| ShopFault::Refused)?;
            Ok(json!({"variant_id": it.variant, "quantity": it.units, "unit_price": amount}))
        };
        let items: Vec<Value> = order.lines.iter().map(line).collect::<Result<_, _>>()?;
        let told = json!({
            "region_id": self.settings.region, "currency_code": order.currency.to_lowercase(),
            "email": "orders@linger.invalid", "items": items, "no_notification_order": true,
            "metadata": {"linger_order": key},
        });
        let made = self.post("/admin/draft-orders", &told).await?;
        made["draft_order"]["id"].as_str().map(str::to_owned).ok_or(ShopFault::Strange)
    }

    fn meant(&self, told: &Value) -> Option<ShopProduct> {
        product(told, &self.settings.currency, &self.settings.location)
    }

    async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, ShopFault> {
        let mut url = self.settings.base.join(path).map_err(|_| ShopFault::Strange)?;
        url.query_pairs_mut().extend_pairs(query);
        if path.starts_with("/admin/products") {
            url.query_pairs_mut().append_pair("fields", FIELDS);
        }
        // A secret key is the user of Basic, without a password.
        answer(self.http.get(url).basic_auth(&self.settings.token, Some(""))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, ShopFault> {
        let url = self.settings.base.join(path).map_err(|_| ShopFault::Strange)?;
        answer(self.http.post(url).basic_auth(&self.settings.token, Some("")).json(body)).await
    }
}

/// An id that leads nowhere else.
fn safe(id: &str) -> Result<&str, ShopFault> {
    if is_id(id) { Ok(id) } else { Err(ShopFault::Refused) }
}
