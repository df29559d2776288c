//! What is allowed in a product and a seller: every bound, named by its field. It does not know what is kept already.

use crate::{Choice, Fact, Media, Offer, Outside, Product, Returns, Seller, Variant, price};
use linger_protocol::{Currency, Limits};
use std::collections::BTreeSet;

/// Numbers travel through JSON, where whole numbers are exact below this.
pub const NUMBER_END: u64 = 1 << 53;
/// Variants of a product.
pub const VARIANTS_MAX: usize = 100;
const DESCRIPTION_CHARS: usize = 4_000;
const CATEGORY_CHARS: usize = 50;
const WORD_CHARS: usize = 40;
const TEXT_CHARS: usize = 200;
const TAGS_MAX: usize = 32;
const OPTIONS_MAX: usize = 3;
const MEDIA_MAX: usize = 20;
const FACTS_MAX: usize = 40;
const OTHERS_MAX: usize = 20;
const PRICES_MAX: usize = 50;
const OUTSIDE_MAX: usize = 10;
const URL_BYTES: usize = 512;
const GUARANTEE_DAYS_MAX: u16 = 365;
const WEIGHT_G_MAX: u32 = 10_000_000;

/// A field that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which, such as `variants.0.prices.1.minor`.
    pub field: String,
    /// What it must be. It repeats nothing of what was sent.
    pub why: String,
}

impl Wrong {
    /// A field and what it must be.
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Wrong {
        Wrong { field: field.into(), why: why.into() }
    }

    /// The same, inside something: `0` of `variants`.
    pub fn within(self, of: &str, place: usize) -> Wrong {
        Wrong { field: format!("{of}.{place}.{}", self.field), why: self.why }
    }
}

/// What is wrong, gathered.
struct Checking(Vec<Wrong>);

impl Checking {
    fn need(&mut self, field: &str, right: bool, why: &str) {
        if !right {
            self.0.push(Wrong::new(field, why));
        }
    }

    fn line(&mut self, field: &str, text: &str, chars_max: usize) {
        self.need(
            field,
            is_line(text, chars_max),
            &format!("must be one line of at most {chars_max} characters"),
        );
    }

    fn name(&mut self, field: &str, text: &str, chars_max: usize) {
        let right = is_line(text, chars_max) && !text.trim().is_empty();
        self.need(field, right, &format!("must be 1 to {chars_max} characters on one line"));
    }

    fn few(&mut self, field: &str, count: usize, max: usize) -> bool {
        self.need(field, count <= max, &format!("must be at most {max}"));
        count <= max
    }

    fn url(&mut self, field: &str, url: &str) {
        let why = "must be a path of this house or an https address, of at most 512 bytes";
        self.need(field, is_url(url), why);
    }

    fn all<T>(&mut self, of: &str, list: &[T], check: impl Fn(&mut Checking, &T)) {
        for (place, one) in list.iter().enumerate() {
            let mut inner = Checking(vec![]);
            check(&mut inner, one);
            self.0.extend(inner.0.into_iter().map(|it| it.within(of, place)));
        }
    }
}

/// Everything that is wrong with a product, in the order of its fields; nothing when it can be kept. Struck prices are
/// judged apart, by their history.
pub fn product(product: &Product) -> Vec<Wrong> {
    let mut it = Checking(vec![]);
    it.need("id", product.id < NUMBER_END, "must be below 2^53");
    it.name("title", &product.title, Limits::TITLE_CHARS);
    let description = product.description.chars().nth(DESCRIPTION_CHARS).is_none()
        && !product.description.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
    it.need("description", description, "must be at most 4000 characters of plain text");
    it.line("category", &product.category, CATEGORY_CHARS);
    if it.few("tags", product.tags.len(), TAGS_MAX) {
        for (place, tag) in product.tags.iter().enumerate() {
            it.name(&format!("tags.{place}"), tag, WORD_CHARS);
        }
    }
    options(&mut it, &product.options);
    let count = product.variants.len();
    it.need("variants", (1..=VARIANTS_MAX).contains(&count), "must be 1 to 100");
    if (1..=VARIANTS_MAX).contains(&count) {
        it.all("variants", &product.variants, |it, variant| one_variant(it, product, variant));
        siblings(&mut it, product);
    }
    if it.few("media", product.media.len(), MEDIA_MAX) {
        it.all("media", &product.media, media);
    }
    if it.few("facts", product.facts.len(), FACTS_MAX) {
        it.all("facts", &product.facts, fact);
        let names: BTreeSet<_> = product.facts.iter().map(|it| it.name.trim()).collect();
        it.need("facts", names.len() == product.facts.len(), "must not name a fact twice");
    }
    if let Some(rule) = &product.returns {
        returns(&mut it, rule);
    }
    for (field, others) in [("related", &product.related), ("matching", &product.matching)] {
        it.few(field, others.len(), OTHERS_MAX);
        let other = |number: &u64| *number > 0 && *number < NUMBER_END && *number != product.id;
        it.need(field, others.iter().all(other), "must be numbers of other products");
    }
    it.need("guarantee_days", product.guarantee_days <= GUARANTEE_DAYS_MAX, "must be at most 365");
    it.need("rating", product.rating.is_none_or(|it| (0.0..=5.0).contains(&it)), "must be 0 to 5");
    outside(&mut it, &product.outside);
    it.0
}

/// Everything that is wrong with a seller.
pub fn seller(seller: &Seller) -> Vec<Wrong> {
    let mut it = Checking(vec![]);
    it.name("name", &seller.name, Limits::TITLE_CHARS);
    it.line("legal_name", &seller.legal_name, TEXT_CHARS);
    it.line("registration", &seller.registration, 64);
    it.line("address", &seller.address, 300);
    it.line("contact", &seller.contact, TEXT_CHARS);
    if !seller.licence_image.is_empty() {
        it.url("licence_image", &seller.licence_image);
    }
    it.0
}

fn options(it: &mut Checking, options: &[Choice]) {
    if !it.few("options", options.len(), OPTIONS_MAX) {
        return;
    }
    it.all("options", options, |it, choice| {
        it.name("name", &choice.name, WORD_CHARS);
        it.need("values", (1..=VARIANTS_MAX).contains(&choice.values.len()), "must be 1 to 100");
        let right = |value: &String| is_line(value, WORD_CHARS) && !value.trim().is_empty();
        it.need("values", choice.values.iter().all(right), "must be of 1 to 40 characters");
        let distinct: BTreeSet<_> = choice.values.iter().collect();
        it.need("values", distinct.len() == choice.values.len(), "must not name a value twice");
    });
}

fn one_variant(it: &mut Checking, product: &Product, variant: &Variant) {
    it.need("item", variant.item < NUMBER_END, "must be below 2^53");
    let ascii =
        |text: &str, max: usize| text.len() <= max && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    it.need("sku", ascii(&variant.sku, 64), "must be at most 64 of printable ASCII");
    it.line("label", &variant.label, Limits::TITLE_CHARS);
    let fits = variant.values.len() == product.options.len()
        && variant.values.iter().zip(&product.options).all(|(value, choice)| choice.values.contains(value));
    it.need("values", fits, "must be one value of each option");
    let code = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-';
    let barcode = variant.barcode.len() <= 32 && variant.barcode.bytes().all(code);
    it.need("barcode", barcode, "must be at most 32 of 0-9, A-Z and -");
    it.need("weight_g", variant.weight_g.is_none_or(|it| it <= WEIGHT_G_MAX), "must be at most 10000000 g");
    let units_max = Limits::UNITS_MAX.unsigned_abs();
    it.need("units", variant.units.is_none_or(|it| it <= units_max), "must be at most 10000000");
    if !variant.image.is_empty() {
        it.url("image", &variant.image);
    }
    if let Some(rule) = &variant.returns {
        returns(it, rule);
    }
    outside(it, &variant.outside);
    let count = variant.prices.len();
    it.need("prices", (1..=PRICES_MAX).contains(&count), "must be 1 to 50");
    if (1..=PRICES_MAX).contains(&count) {
        it.all("prices", &variant.prices, offer);
        let regions: BTreeSet<_> = variant.prices.iter().map(|it| it.region.as_str()).collect();
        it.need("prices", regions.contains(""), "must have one without a region");
        it.need("prices", regions.len() == count, "must have one for each region");
    }
}

/// What must hold between the variants of a product.
fn siblings(it: &mut Checking, product: &Product) {
    let variants = &product.variants;
    if product.options.is_empty() {
        it.need("variants", variants.len() == 1, "must be one where there are no options");
        let own = variants.first().is_none_or(|it| it.item == 0 || it.item == product.id);
        it.need("variants.0.item", own, "must be the product's number where there are no options");
    }
    let items: Vec<_> = variants.iter().map(|it| it.item).filter(|it| *it > 0).collect();
    let distinct: BTreeSet<_> = items.iter().collect();
    it.need("variants", distinct.len() == items.len(), "must not have a number twice");
    let skus: Vec<_> = variants.iter().map(|it| it.sku.as_str()).filter(|it| !it.is_empty()).collect();
    let distinct: BTreeSet<_> = skus.iter().collect();
    it.need("variants", distinct.len() == skus.len(), "must not have a sku twice");
    let values: BTreeSet<_> = variants.iter().map(|it| &it.values).collect();
    it.need("variants", values.len() == variants.len(), "must differ by their values");
}

fn offer(it: &mut Checking, offer: &Offer) {
    let region = offer.region.is_empty()
        || (offer.region.len() == 2 && offer.region.bytes().all(|b| b.is_ascii_uppercase()));
    it.need("region", region, "must be two capital letters, or empty");
    it.need("currency", Currency::new(&offer.currency).is_some(), "must be three capital letters");
    let price = |minor: i64| (1..=Limits::PRICE_MINOR_MAX).contains(&minor);
    it.need("minor", price(offer.minor), "must be 1 to 10000000000 minor units");
    it.need("was_minor", offer.was_minor.is_none_or(price), "must be 1 to 10000000000 minor units");
    it.line("evidence", &offer.evidence, TEXT_CHARS);
    // What needs no history is said with everything else.
    let told = match (offer.was_minor, offer.basis) {
        (Some(_), None) => Some(price::Dishonest::NoBasis),
        (None, Some(_)) => Some(price::Dishonest::NoStruckPrice),
        _ => None,
    };
    if let Some(why) = told {
        it.need("was_minor", false, &why.text());
    }
}

fn media(it: &mut Checking, media: &Media) {
    it.url("url", &media.url);
    it.line("alt", &media.alt, TEXT_CHARS);
    if !media.poster.is_empty() {
        it.url("poster", &media.poster);
    }
}

fn fact(it: &mut Checking, fact: &Fact) {
    it.name("name", &fact.name, WORD_CHARS);
    it.name("value", &fact.value, TEXT_CHARS);
}

fn returns(it: &mut Checking, rule: &Returns) {
    if let Returns::NoReason { days } = rule {
        it.need("returns.days", (1..=Limits::RETURN_DAYS_MAX).contains(days), "must be 1 to 365");
    }
}

fn outside(it: &mut Checking, names: &[Outside]) {
    if !it.few("outside", names.len(), OUTSIDE_MAX) {
        return;
    }
    it.all("outside", names, |it, name| {
        let source = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let right = (1..=32).contains(&name.source.len()) && name.source.bytes().all(source);
        it.need("source", right, "must be 1 to 32 of a-z, 0-9 and -");
        let right = (1..=128).contains(&name.id.len()) && name.id.bytes().all(|b| b.is_ascii_graphic());
        it.need("id", right, "must be 1 to 128 of printable ASCII without blanks");
    });
}

fn is_line(text: &str, chars_max: usize) -> bool {
    text.chars().nth(chars_max).is_none() && !text.chars().any(char::is_control)
}

/// A path of this house, or an address that needs no more than TLS. Pages decide apart whether they load it.
pub fn is_url(url: &str) -> bool {
    let own = url.starts_with('/') && !url.starts_with("//");
    let other = url.strip_prefix("https://").is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !host.contains('@')
    });
    (own || other)
        && url.len() <= URL_BYTES
        && !url.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '"' | '<' | '>'))
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
