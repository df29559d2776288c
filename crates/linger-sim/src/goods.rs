//! What the demo shop sells: the whole catalogue, the twelve products of the evening's show, and what people ask about
//! each of those.
//!
//! It does not know how a catalogue reaches a server. The products are sample records of DummyJSON; their origin
//! and licence stand in `assets/demo/SOURCE.md`. Prices are in US cents.

use serde::Deserialize;

/// The currency of every price here.
pub const CURRENCY: &str = "USD";

/// What a question can be about; the codes are those of the room's own topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum About {
    Price,
    Size,
    Colour,
    Material,
    ShippingTime,
    ShippingCost,
    Stock,
    Returns,
    Warranty,
    Use,
    Suitability,
    Discount,
    Weight,
    Origin,
    Care,
    Gift,
}

impl About {
    /// Every topic.
    pub const ALL: [About; 16] = [
        About::Price,
        About::Size,
        About::Colour,
        About::Material,
        About::ShippingTime,
        About::ShippingCost,
        About::Stock,
        About::Returns,
        About::Warranty,
        About::Use,
        About::Suitability,
        About::Discount,
        About::Weight,
        About::Origin,
        About::Care,
        About::Gift,
    ];

    /// What can be asked about anything that is sold.
    pub const OF_ANYTHING: [About; 6] = [
        About::Price,
        About::ShippingTime,
        About::Stock,
        About::Discount,
        About::Returns,
        About::ShippingCost,
    ];

    /// The code of the topic, as the room's recogniser names it.
    pub fn code(self) -> &'static str {
        match self {
            About::Price => "price",
            About::Size => "size",
            About::Colour => "colour",
            About::Material => "material",
            About::ShippingTime => "shipping-time",
            About::ShippingCost => "shipping-cost",
            About::Stock => "stock",
            About::Returns => "returns",
            About::Warranty => "warranty",
            About::Use => "use",
            About::Suitability => "suitability",
            About::Discount => "discount",
            About::Weight => "weight",
            About::Origin => "origin",
            About::Care => "care",
            About::Gift => "gift",
        }
    }
}

/// One product of the catalogue.
#[derive(Clone, Debug, Deserialize)]
pub struct Product {
    /// Its number.
    pub id: u64,
    /// Its name in English, one line.
    pub title: String,
    /// A sentence or two in English.
    pub description: String,
    /// Its category, such as `home-decoration`.
    pub category: String,
    /// What one costs, in US dollars as the origin writes it; see [`Product::price_minor`].
    price: f64,
    /// Its brand, where it has one.
    pub brand: Option<String>,
    /// Stars, 0 to 5.
    pub rating: f64,
}

impl Product {
    /// What one costs, in US cents.
    pub fn price_minor(&self) -> i64 {
        // Two decimals at most are in the file, so rounding restores the exact amount.
        (self.price * 100.0).round() as i64
    }

    /// The path of its picture; empty for what is not shown in the evening.
    pub fn image(&self) -> String {
        by_id(self.id).map_or_else(String::new, Good::image)
    }
}

/// Every product of the demo shop, by number.
pub fn catalogue() -> Vec<Product> {
    #[derive(Deserialize)]
    struct Catalogue {
        products: Vec<Product>,
    }
    let told = include_str!("../../../assets/demo/catalogue.json");
    let catalogue: Catalogue =
        serde_json::from_str(told).expect("the catalogue is part of the program, and a test reads it");
    catalogue.products
}

/// One product of the evening. Its number, list price and description are those of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Good {
    /// Its number in the catalogue.
    pub id: u64,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// What one costs, in US cents.
    pub price_minor: i64,
    /// What one costs in the show, in US cents.
    pub show_price_minor: i64,
    /// Units the room has.
    pub units: i64,
    /// What people ask about it, besides what is asked about anything.
    pub asked: &'static [About],
}

impl Good {
    /// The title on the card: both languages.
    pub fn title(&self) -> String {
        format!("{} {}", self.zh, self.en)
    }

    /// The path of its picture, among the built pages.
    pub fn image(&self) -> String {
        format!("/goods/{}.svg", self.id)
    }
}

/// The product whose card has this title, if it is one of the evening's.
pub fn by_title(title: &str) -> Option<&'static Good> {
    GOODS.iter().find(|good| title.starts_with(good.zh))
}

/// The product with this number, if it is one of the evening's.
pub fn by_id(id: u64) -> Option<&'static Good> {
    GOODS.iter().find(|good| good.id == id)
}

/// The products, in the order of the show. Their names keep clear of words the room takes for a topic, such as
/// "leather" or 蓝色: "how much for the leather bag?" is heard as a question about the material.
pub const GOODS: [Good; 12] = [
    Good {
        id: 46,
        zh: "绿植花盆",
        en: "Plant Pot",
        price_minor: 1_499,
        show_price_minor: 1_199,
        units: 120,
        asked: &[About::Material, About::Use, About::Weight, About::Gift],
    },
    Good {
        id: 47,
        zh: "暖光台灯",
        en: "Table Lamp",
        price_minor: 4_999,
        show_price_minor: 3_799,
        units: 60,
        asked: &[About::Warranty, About::Use, About::Colour, About::Material],
    },
    Good {
        id: 52,
        zh: "碳钢炒锅",
        en: "Carbon Steel Wok",
        price_minor: 2_999,
        show_price_minor: 2_199,
        units: 80,
        asked: &[About::Material, About::Weight, About::Use, About::Warranty],
    },
    Good {
        id: 53,
        zh: "家用砧板",
        en: "Chopping Board",
        price_minor: 1_299,
        show_price_minor: 999,
        units: 150,
        asked: &[About::Material, About::Weight, About::Origin, About::Suitability],
    },
    Good {
        id: 61,
        zh: "手持料理棒",
        en: "Hand Blender",
        price_minor: 3_499,
        show_price_minor: 2_499,
        units: 70,
        asked: &[About::Warranty, About::Use, About::Weight, About::Suitability],
    },
    Good {
        id: 65,
        zh: "分格便当盒",
        en: "Lunch Box",
        price_minor: 1_299,
        show_price_minor: 899,
        units: 200,
        asked: &[About::Material, About::Suitability, About::Colour, About::Gift],
    },
    Good {
        id: 73,
        zh: "厨房调料架",
        en: "Spice Rack",
        price_minor: 1_999,
        show_price_minor: 1_499,
        units: 90,
        asked: &[About::Use, About::Material, About::Weight, About::Origin],
    },
    Good {
        id: 67,
        zh: "马克杯树架",
        en: "Mug Tree Stand",
        price_minor: 1_599,
        show_price_minor: 1_199,
        units: 100,
        asked: &[About::Material, About::Use, About::Weight, About::Colour],
    },
    Good {
        id: 158,
        zh: "经典太阳镜",
        en: "Sunglasses",
        price_minor: 2_299,
        show_price_minor: 1_599,
        units: 160,
        asked: &[About::Suitability, About::Colour, About::Warranty, About::Gift],
    },
    Good {
        id: 172,
        zh: "湖蓝手提包",
        en: "Blue Women's Handbag",
        price_minor: 4_999,
        show_price_minor: 3_499,
        units: 50,
        asked: &[About::Size, About::Colour, About::Care, About::Weight],
    },
    Good {
        id: 175,
        zh: "奶白双肩包",
        en: "White Backpack",
        price_minor: 3_999,
        show_price_minor: 2_799,
        units: 60,
        asked: &[About::Size, About::Care, About::Weight, About::Colour],
    },
    Good {
        id: 194,
        zh: "女士腕表",
        en: "Women's Wrist Watch",
        price_minor: 12_999,
        show_price_minor: 9_999,
        units: 40,
        asked: &[About::Warranty, About::Gift, About::Colour, About::Origin],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_card_leads_back_to_its_product() {
        for good in &GOODS {
            assert_eq!(by_title(&good.title()).map(|found| found.id), Some(good.id));
            assert_eq!(by_id(good.id).map(|found| found.zh), Some(good.zh));
        }
        assert!(by_title("something else").is_none());
    }

    #[test]
    fn the_show_sells_what_the_catalogue_holds_for_ten_to_thirty_five_percent_less() {
        let catalogue = catalogue();
        for good in &GOODS {
            let product = catalogue.iter().find(|product| product.id == good.id);
            let product = product.unwrap_or_else(|| panic!("{} is not in the catalogue", good.id));
            assert_eq!(product.price_minor(), good.price_minor, "{}", good.en);
            // A name may be shorter than in the catalogue, never another.
            assert!(good.en.split(' ').all(|word| product.title.contains(word)), "{}", product.title);
            let share = good.show_price_minor as f64 / good.price_minor as f64;
            assert!((0.65..=0.90).contains(&share), "{} costs {share} of its price", good.en);
        }
    }

    #[test]
    fn every_product_of_the_catalogue_is_one_and_has_a_price() {
        let catalogue = catalogue();
        assert_eq!(catalogue.len(), 194);
        let ids: BTreeSet<u64> = catalogue.iter().map(|product| product.id).collect();
        assert_eq!(ids.len(), catalogue.len());
        assert!(catalogue.iter().all(|product| product.price_minor() > 0));
        let dearest = catalogue.iter().map(Product::price_minor).max();
        assert_eq!(dearest, Some(3_699_999));
    }

    #[test]
    fn only_what_is_shown_has_a_picture_and_the_picture_is_there() {
        let pictures: Vec<String> =
            catalogue().iter().map(Product::image).filter(|path| !path.is_empty()).collect();
        assert_eq!(pictures.len(), GOODS.len());
        let public = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/public");
        for path in pictures {
            let file = public.join(path.trim_start_matches('/'));
            let drawing = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("no {}", file.display()));
            assert!(drawing.starts_with("<svg") && drawing.len() < 4_096, "{path}");
        }
    }
}
