//! Our own shape: a row for each variant; what belongs to the product stands in its first row and may be repeated. Lists
//! are JSON in their cell, so that they come back as they went. It does not know Shopify.

use super::{BadRow, Found, Options, Read, Row, grouped, is_broken, mapping, take};
use crate::{Basis, Choice, Offer, Product, Variant, money};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, str::FromStr};

/// Every column, in the order they are written.
const COLUMNS: [&str; 35] = [
    "product",
    "item",
    "title",
    "description",
    "category",
    "tags",
    "seller",
    "option1",
    "value1",
    "option2",
    "value2",
    "option3",
    "value3",
    "label",
    "sku",
    "barcode",
    "weight_g",
    "units",
    "currency",
    "price",
    "was_price",
    "was_basis",
    "was_evidence",
    "region_prices",
    "image",
    "variant_returns",
    "variant_outside",
    "media",
    "facts",
    "returns",
    "related",
    "matching",
    "guarantee_days",
    "rating",
    "outside",
];

type Places = BTreeMap<&'static str, usize>;

pub(super) fn read(header: &[String], rows: &[Row], options: &Options, read: &mut Read) {
    let place = |ours: &str| {
        let named = options.columns.get(ours);
        header.iter().position(|it| named.map_or(it.eq_ignore_ascii_case(ours), |named| it == named))
    };
    let places: Places = COLUMNS.iter().filter_map(|ours| Some((*ours, place(ours)?))).collect();
    read.mapping = mapping(header, &places);
    if !places.contains_key("title") || !places.contains_key("price") {
        let why = "there is no column `title` or no column `price`; say which columns they are";
        read.bad.push(super::whole(1, why));
        return;
    }
    // Rows of one product name its number; where they name none, variants share a title.
    let key = |row: &Row| {
        let at = |name| row.at(places.get(name).copied());
        match (at("product"), at("option1"), at("title")) {
            ("" | "0", "", _) | ("" | "0", _, "") => None,
            ("" | "0", _, title) => Some(format!("title {title}")),
            (number, ..) => Some(format!("number {number}")),
        }
    };
    for group in grouped(rows, key) {
        if !is_broken(&group, read) {
            one(&group, &places, options, read);
        }
    }
}

/// Reads cells, and gathers what is wrong with them.
struct Cells<'a> {
    row: &'a Row,
    places: &'a Places,
    bad: Vec<BadRow>,
}

impl Cells<'_> {
    fn text(&self, name: &str) -> String {
        let text = self.row.at(self.places.get(name).copied());
        text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text).to_owned()
    }

    fn wrong(&mut self, name: &str, why: &str) {
        let (line, column) = (self.row.line, Some(name.to_owned()));
        self.bad.push(BadRow { line, column, why: why.to_owned() });
    }

    /// `None` for an empty cell and for one that cannot be read.
    fn read<T>(&mut self, name: &str, why: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name);
        if text.is_empty() {
            return None;
        }
        let value = read(&text);
        if value.is_none() {
            self.wrong(name, why);
        }
        value
    }

    fn number<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.read(name, "must be a number", |text| text.parse().ok())
    }

    fn json<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.read(name, "must be JSON of this column's form", |text| serde_json::from_str(text).ok())
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        self.json(name).unwrap_or_default()
    }

    fn amount(&mut self, name: &str, currency: &str) -> Option<i64> {
        self.read(name, "must be an amount such as 19.99", |text| money::read(text, currency))
    }
}

fn one(group: &[&Row], places: &Places, options: &Options, read: &mut Read) {
    let Some(first) = group.first() else { return };
    let mut cells = Cells { row: first, places, bad: vec![] };
    let names = ["option1", "option2", "option3"].map(|it| cells.text(it));
    let named = |name: &String| !name.is_empty();
    let choices = names.into_iter().take_while(named).map(|name| Choice { name, values: vec![] });
    let tags = cells.text("tags");
    let mut product = Product {
        id: cells.number("product").unwrap_or(0),
        title: cells.text("title"),
        description: cells.text("description"),
        category: cells.text("category"),
        tags: tags.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        options: choices.collect(),
        media: cells.list("media"),
        facts: cells.list("facts"),
        returns: cells.json("returns"),
        related: cells.list("related"),
        matching: cells.list("matching"),
        guarantee_days: cells.number("guarantee_days").unwrap_or(0),
        rating: cells.number("rating"),
        outside: cells.list("outside"),
        ..Product::default()
    };
    let seller = cells.text("seller");
    let mut bad = cells.bad;
    for row in group {
        let mut cells = Cells { row, places, bad: vec![] };
        let variant = variant(&mut cells, product.options.len(), options);
        for (choice, value) in product.options.iter_mut().zip(&variant.values) {
            if !choice.values.contains(value) {
                choice.values.push(value.clone());
            }
        }
        product.variants.push(variant);
        bad.extend(cells.bad);
    }
    let lines: Vec<u64> = group.iter().map(|it| it.line).collect();
    take(read, Found { line: first.line, product, seller }, &lines, bad, &column);
}

fn variant(cells: &mut Cells<'_>, options_count: usize, options: &Options) -> Variant {
    let currency = Some(cells.text("currency").to_uppercase()).filter(|it| !it.is_empty());
    let currency = currency.unwrap_or_else(|| options.currency.clone());
    if cells.text("price").is_empty() {
        cells.wrong("price", "is empty");
    }
    let mut prices = vec![Offer {
        minor: cells.amount("price", &currency).unwrap_or(1),
        was_minor: cells.amount("was_price", &currency),
        basis: cells.read("was_basis", "must be lowest_30_days, lowest_7_days or suggested", Basis::named),
        evidence: cells.text("was_evidence"),
        currency,
        ..Offer::default()
    }];
    prices.extend(cells.list::<Offer>("region_prices"));
    let values = ["value1", "value2", "value3"].into_iter().take(options_count);
    Variant {
        item: cells.number("item").unwrap_or(0),
        sku: cells.text("sku"),
        label: cells.text("label"),
        values: values.map(|it| cells.text(it)).collect(),
        prices,
        barcode: cells.text("barcode"),
        weight_g: cells.number("weight_g"),
        units: cells.number("units"),
        image: cells.text("image"),
        returns: cells.json("variant_returns"),
        outside: cells.list("variant_outside"),
    }
}

/// The column that a field of a product stands in.
fn column(field: &str) -> String {
    let parts: Vec<&str> = field.split('.').collect();
    let name = match parts.as_slice() {
        ["variants", _, "prices", "0", "minor"] => "price",
        ["variants", _, "prices", "0", "was_minor"] => "was_price",
        ["variants", _, "prices", "0", "currency"] => "currency",
        ["variants", _, "prices", "0", "evidence"] => "was_evidence",
        ["variants", _, "prices", ..] => "region_prices",
        ["variants", _, "values"] => "value1",
        ["variants", _, "returns", ..] => "variant_returns",
        ["variants", _, "outside", ..] => "variant_outside",
        ["variants", _, name, ..] => name,
        ["options", ..] | ["variants"] => "option1",
        ["id"] => "product",
        [name, ..] => name,
        [] => "",
    };
    name.to_owned()
}

/// Writes products as a file that [`super::read`] takes back. `seller` names a seller by number. A text that a spreadsheet
/// would take for a formula gets a quote before it, which reading takes off again.
pub fn write(products: &[Product], seller: &dyn Fn(u64) -> String) -> String {
    let mut writer = ::csv::Writer::from_writer(vec![]);
    // Writing into memory does not fail.
    let _ = writer.write_record(COLUMNS);
    for product in products {
        for variant in &product.variants {
            let cells = line(product, variant, seller);
            let _ = writer
                .write_record(cells.map(|text| if is_formula(&text) { format!("'{text}") } else { text }));
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn line(product: &Product, variant: &Variant, seller: &dyn Fn(u64) -> String) -> [String; 35] {
    let base = Product::base_price(variant).cloned().unwrap_or_default();
    let option = |place: usize| product.options.get(place).map_or(String::new(), |it| it.name.clone());
    let value = |place: usize| variant.values.get(place).cloned().unwrap_or_default();
    let others: Vec<&Offer> = variant.prices.iter().filter(|it| !it.region.is_empty()).collect();
    let amount = |minor| money::write(minor, &base.currency);
    [
        product.id.to_string(),
        variant.item.to_string(),
        product.title.clone(),
        product.description.clone(),
        product.category.clone(),
        product.tags.join(", "),
        product.seller.map(seller).unwrap_or_default(),
        option(0),
        value(0),
        option(1),
        value(1),
        option(2),
        value(2),
        variant.label.clone(),
        variant.sku.clone(),
        variant.barcode.clone(),
        told(variant.weight_g),
        told(variant.units),
        base.currency.clone(),
        amount(base.minor),
        base.was_minor.map(amount).unwrap_or_default(),
        base.basis.map(|it| it.word().to_owned()).unwrap_or_default(),
        base.evidence.clone(),
        list(&others),
        variant.image.clone(),
        some(variant.returns.as_ref()),
        list(&variant.outside),
        list(&product.media),
        list(&product.facts),
        some(product.returns.as_ref()),
        list(&product.related),
        list(&product.matching),
        product.guarantee_days.to_string(),
        told(product.rating),
        list(&product.outside),
    ]
}

fn told<T: ToString>(of: Option<T>) -> String {
    of.map(|it| it.to_string()).unwrap_or_default()
}

fn list<T: Serialize>(of: &[T]) -> String {
    if of.is_empty() { String::new() } else { serde_json::to_string(of).unwrap_or_default() }
}

fn some<T: Serialize>(of: Option<&T>) -> String {
    of.map(|it| serde_json::to_string(it).unwrap_or_default()).unwrap_or_default()
}

/// What spreadsheets reckon with instead of showing (CWE-1236); also what already begins with our quote.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\''])
}
