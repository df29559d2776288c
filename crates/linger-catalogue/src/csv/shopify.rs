//! Shopify's export of products, in the names of both generations of its template. A row is a variant, or one more
//! picture. It does not know our own shape.
//!
//! A compare-at price states no basis, so it is not taken; the row is noted.

use super::{BadRow, Found, Options, Read, Row, grouped, is_broken, mapping, take};
use crate::{Choice, Media, MediaKind, Offer, Outside, Product, Variant, money};
use std::collections::BTreeMap;

/// Our name, and what the template calls it: until 2024, and since.
const COLUMNS: [(&str, &[&str]); 23] = [
    ("handle", &["Handle", "URL handle"]),
    ("title", &["Title"]),
    ("description", &["Body (HTML)", "Description"]),
    ("seller", &["Vendor"]),
    ("category", &["Type"]),
    ("tags", &["Tags"]),
    ("option1", &["Option1 Name", "Option1 name"]),
    ("value1", &["Option1 Value", "Option1 value"]),
    ("option2", &["Option2 Name", "Option2 name"]),
    ("value2", &["Option2 Value", "Option2 value"]),
    ("option3", &["Option3 Name", "Option3 name"]),
    ("value3", &["Option3 Value", "Option3 value"]),
    ("sku", &["Variant SKU", "SKU"]),
    ("weight_g", &["Variant Grams", "Weight value (grams)"]),
    ("units", &["Variant Inventory Qty", "Inventory quantity"]),
    ("counted", &["Variant Inventory Tracker", "Inventory tracker"]),
    ("price", &["Variant Price", "Price"]),
    ("was_price", &["Variant Compare At Price", "Compare-at price"]),
    ("barcode", &["Variant Barcode", "Barcode"]),
    ("media", &["Image Src", "Product image URL"]),
    ("media_alt", &["Image Alt Text", "Image alt text"]),
    ("media_place", &["Image Position", "Image position"]),
    ("image", &["Variant Image", "Variant image URL"]),
];

/// Whether these are Shopify's columns.
pub(super) fn is(header: &[String]) -> bool {
    let has = |name: &str| header.iter().any(|it| it == name);
    (has("Handle") && (has("Variant Price") || has("Image Src"))) || (has("URL handle") && has("Price"))
}

/// The columns of a file, by our names.
struct Columns<'a> {
    header: &'a [String],
    places: BTreeMap<&'static str, usize>,
}

impl Columns<'_> {
    fn at(&self, row: &Row, ours: &str) -> String {
        row.at(self.places.get(ours).copied()).to_owned()
    }

    /// What the file calls it.
    fn name(&self, ours: &str) -> String {
        self.places.get(ours).map_or_else(|| ours.to_owned(), |place| self.header[*place].clone())
    }

    fn bad(&self, row: &Row, ours: &str, why: &str) -> BadRow {
        BadRow { line: row.line, column: Some(self.name(ours)), why: why.to_owned() }
    }
}

pub(super) fn read(header: &[String], rows: &[Row], options: &Options, read: &mut Read) {
    let place = |names: &[&str]| header.iter().position(|it| names.contains(&it.as_str()));
    let places = COLUMNS.iter().filter_map(|(ours, names)| Some((*ours, place(names)?))).collect();
    read.mapping = mapping(header, &places);
    let columns = Columns { header, places };
    let handle = |row: &Row| Some(columns.at(row, "handle")).filter(|it| !it.is_empty());
    for group in grouped(rows, handle) {
        if is_broken(&group, read) {
            continue;
        }
        match group.first() {
            Some(first) if handle(first).is_none() => {
                read.bad.push(columns.bad(first, "handle", "names no product"));
            }
            _ => one(&group, &columns, options, read),
        }
    }
}

fn one(group: &[&Row], columns: &Columns<'_>, options: &Options, read: &mut Read) {
    let Some(first) = group.first() else { return };
    let tags = columns.at(first, "tags");
    let mut product = Product {
        title: columns.at(first, "title"),
        description: plain(&columns.at(first, "description")),
        category: columns.at(first, "category"),
        tags: tags.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        outside: vec![Outside { source: "shopify-handle".into(), id: columns.at(first, "handle") }],
        ..Product::default()
    };
    // "Title" is Shopify's stand-in for "no options".
    let named = |name: &String| !name.is_empty() && name != "Title";
    let names = ["option1", "option2", "option3"].map(|it| columns.at(first, it));
    product.options =
        names.into_iter().take_while(named).map(|name| Choice { name, values: vec![] }).collect();
    let (mut lines, mut pictures, mut bad) = (vec![], vec![], vec![]);
    for row in group {
        let url = columns.at(row, "media");
        if !url.is_empty() {
            let place = columns.at(row, "media_place").parse::<u32>().unwrap_or(u32::MAX);
            let alt = columns.at(row, "media_alt").chars().take(200).collect();
            pictures.push((place, Media { kind: MediaKind::Image, url, alt, poster: String::new() }));
        }
        // A row without a price is one more picture.
        if columns.at(row, "price").is_empty() {
            continue;
        }
        let variant = variant(row, columns, product.options.len(), options, &mut bad);
        if !columns.at(row, "was_price").is_empty() {
            let why = "states no basis: the struck price is left out";
            read.notes.push(columns.bad(row, "was_price", why));
        }
        for (choice, value) in product.options.iter_mut().zip(&variant.values) {
            if !choice.values.contains(value) {
                choice.values.push(value.clone());
            }
        }
        product.variants.push(variant);
        lines.push(row.line);
    }
    pictures.sort_by_key(|it| it.0);
    product.media = pictures.into_iter().map(|it| it.1).collect();
    let found = Found { line: first.line, product, seller: columns.at(first, "seller") };
    take(read, found, &lines, bad, &|field| column(columns, field));
}

fn variant(
    row: &Row,
    columns: &Columns<'_>,
    options_count: usize,
    options: &Options,
    bad: &mut Vec<BadRow>,
) -> Variant {
    let at = |ours: &str| columns.at(row, ours);
    let currency = options.currency.clone();
    let minor = money::read(&at("price"), &currency);
    if minor.is_none() {
        bad.push(columns.bad(row, "price", "must be an amount such as 19.99"));
    }
    let counted = !columns.places.contains_key("counted") || !at("counted").is_empty();
    let mut units = None;
    if counted && !at("units").is_empty() {
        // A shop that lets itself be oversold counts below zero.
        units = at("units").parse::<i64>().ok().map(|it| u64::try_from(it).unwrap_or(0));
        if units.is_none() {
            bad.push(columns.bad(row, "units", "must be a number"));
        }
    }
    let grams = at("weight_g").parse::<f64>().ok().filter(|it| *it >= 0.5 && *it < 1e9);
    let values = ["value1", "value2", "value3"].into_iter().take(options_count);
    Variant {
        // Shopify puts a quote before what a spreadsheet would take for a number.
        sku: at("sku").trim_start_matches('\'').to_owned(),
        values: values.map(at).collect(),
        prices: vec![Offer { minor: minor.unwrap_or(1), currency, ..Offer::default() }],
        barcode: at("barcode").trim_start_matches('\'').to_uppercase(),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded above")]
        weight_g: grams.map(|it| it.round() as u32),
        units,
        image: at("image"),
        ..Variant::default()
    }
}

fn column(columns: &Columns<'_>, field: &str) -> String {
    match field.split('.').collect::<Vec<_>>().as_slice() {
        ["variants", _, "prices", ..] | ["variants"] => columns.name("price"),
        ["variants", _, "values"] | ["options", ..] => columns.name("value1"),
        ["variants", _, name, ..] => columns.name(name),
        ["outside", ..] => columns.name("handle"),
        [name, ..] => columns.name(name),
        [] => String::new(),
    }
}

/// Elements that begin a line of their own.
const BLOCKS: [&str; 11] = ["p", "br", "li", "div", "tr", "h1", "h2", "h3", "h4", "ul", "ol"];

/// The text of a description in HTML: tags go, blocks become lines, the usual entities become signs. What is left is shown
/// as text alone, so nothing of it can act.
pub fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else {
            // No tag: a sign.
            out.push_str(&rest[at..]);
            rest = "";
            break;
        };
        let tag = rest[at + 1..at + end].to_ascii_lowercase();
        let closes = tag.starts_with('/');
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if BLOCKS.contains(&name.as_str()) {
            out.push('\n');
        }
        rest = &rest[at + end + 1..];
        // What stands in these is no text for people.
        if !closes && (name == "script" || name == "style") {
            let end = format!("</{name}");
            rest = rest.to_ascii_lowercase().find(&end).map_or("", |at| &rest[at..]);
        }
    }
    out.push_str(rest);
    let entities =
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    for (entity, sign) in entities {
        out = out.replace(entity, sign);
    }
    let mut lines: Vec<&str> = vec![];
    for line in out.lines().map(str::trim) {
        if !line.is_empty() || lines.last().is_some_and(|it| !it.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}
