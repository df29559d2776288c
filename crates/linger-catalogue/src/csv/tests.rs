//! Files, right and wrong, in both shapes. They do not know how cells are found.

use super::*;
use crate::{Basis, Choice, Fact, Media, MediaKind, Offer, Outside, Returns, Variant};

fn euros() -> Options {
    Options { currency: "EUR".into(), ..Options::default() }
}

fn told(bad: &[BadRow]) -> Vec<(u64, &str, &str)> {
    bad.iter().map(|it| (it.line, it.column.as_deref().unwrap_or("-"), it.why.as_str())).collect()
}

fn whole_product() -> Product {
    let text = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let price = |region: &str, minor| Offer {
        region: region.into(),
        minor,
        currency: "EUR".into(),
        ..Offer::default()
    };
    let variant = |item, size: &str| Variant {
        item,
        sku: format!("=S\"{size}"),
        label: format!("Red, {size}"),
        values: text(&["Red", size]),
        prices: vec![
            Offer {
                was_minor: Some(2_990),
                basis: Some(Basis::Suggested),
                evidence: "maker.example".into(),
                ..price("", 1_990)
            },
            price("CH", 2_100),
        ],
        barcode: "4006381333931".into(),
        weight_g: Some(180),
        units: Some(12),
        image: "/p/red.webp".into(),
        returns: Some(Returns::Excepted { why: linger_protocol::ReturnException::MadeToOrder }),
        outside: vec![Outside { source: "medusa".into(), id: format!("variant_{item}") }],
    };
    Product {
        id: 7,
        title: "-Shirt, \"soft\"".into(),
        description: "Two\nlines, 中文.".into(),
        category: "tops".into(),
        tags: text(&["a b", "c"]),
        options: vec![
            Choice { name: "Colour".into(), values: text(&["Red"]) },
            Choice { name: "Size".into(), values: text(&["S", "M"]) },
        ],
        variants: vec![variant(70, "S"), variant(71, "M")],
        media: vec![Media {
            kind: MediaKind::Model,
            url: "/p/shirt.glb".into(),
            alt: "A shirt".into(),
            poster: "/p/shirt.webp".into(),
        }],
        facts: vec![Fact { name: "Material".into(), value: "Cotton".into() }],
        returns: Some(Returns::NoReason { days: 14 }),
        related: vec![8],
        matching: vec![9, 10],
        guarantee_days: 15,
        rating: Some(4.5),
        outside: vec![Outside { source: "shopify".into(), id: "632910392".into() }],
        seller: None,
    }
}

#[test]
fn our_own_shape_comes_back_as_it_went() {
    let product = Product { seller: Some(3), ..whole_product() };
    let file = write(std::slice::from_ref(&product), &|it| format!("Seller {it}"));
    assert!(file.contains(",'-Shirt") || file.contains("\"'-Shirt"), "a spreadsheet would reckon: {file}");
    let read = read(file.as_bytes(), &Options::default()).unwrap();
    assert_eq!((read.bad, read.notes), (vec![], vec![]));
    assert!(read.mapping.iter().all(|it| it.field.as_deref() == Some(it.column.as_str())));
    let found = &read.products[0];
    assert_eq!((found.line, found.seller.as_str()), (2, "Seller 3"));
    assert_eq!(found.product, Product { seller: None, ..product });
}

#[test]
fn a_file_of_few_columns_is_enough_and_columns_may_have_other_names() {
    let file = "Name,Retail,sku,colour of box\nCup,19.90,C1,red\nPot,45,P1,blue\n";
    let nothing = read(file.as_bytes(), &euros()).unwrap();
    assert_eq!(told(&nothing.bad)[0].0, 1);
    let columns = [("title", "Name"), ("price", "Retail")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let options = Options { columns: columns.into(), ..euros() };
    let read = read(file.as_bytes(), &options).unwrap();
    assert_eq!(read.bad, []);
    assert_eq!(read.mapping[3], Mapped { column: "colour of box".into(), field: None });
    let prices: Vec<_> = read
        .products
        .iter()
        .map(|it| (it.product.title.as_str(), it.product.variants[0].prices[0].minor))
        .collect();
    assert_eq!(prices, [("Cup", 1_990), ("Pot", 4_500)]);
}

#[test]
fn what_is_wrong_is_told_by_line_and_column_and_its_product_is_left_out_whole() {
    let file = "product,title,option1,value1,price,currency,was_price,media\n\
                1,Cup,,,19.90,EUR,,\n\
                2,Shirt,Size,S,ten,EUR,,\n\
                2,Shirt,Size,M,10,EUR,,\n\
                3,Pot,,,10,EUR,20,\n\
                4,Lid,,,10,euro,,\n\
                5,Tray,,,10,EUR,,[{]\n\
                6,Jar,,,10\n\
                7,,,,10,EUR,,\n";
    let read = read(file.as_bytes(), &euros()).unwrap();
    let kept: Vec<_> = read.products.iter().map(|it| it.product.id).collect();
    assert_eq!(kept, [1]);
    assert_eq!(
        told(&read.bad),
        [
            (3, "price", "must be an amount such as 19.99"),
            (5, "was_price", "a struck price states its basis"),
            (6, "currency", "must be three capital letters"),
            (7, "media", "must be JSON of this column's form"),
            (8, "-", "more or fewer cells than the first row"),
            (9, "title", "must be 1 to 120 characters on one line"),
        ]
    );
}

#[test]
fn shopifys_export_is_read_as_it_is() {
    let file = "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
                Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,\
                Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image\n\
                tee,Soft tee,<p>Warm &amp; soft.</p><p>Wash at 30.</p>,Hill,Shirts,\"soft, warm\",Size,S,TEE-S,180,\
                shopify,12,19.90,29.90,'0123456789012,https://cdn.example/2.jpg,2,Back,\n\
                tee,,,,,,,M,TEE-M,190.0,shopify,-2,21.00,,,https://cdn.example/1.jpg,1,Front,https://cdn.example/m.jpg\n\
                tee,,,,,,,,,,,,,,,https://cdn.example/3.jpg,3,Side,\n\
                card,Card,,Hill,,,Title,Default Title,,0,,,5.00,,,,,,\n";
    let read = read(file.as_bytes(), &euros()).unwrap();
    assert_eq!(read.shape, Shape::Shopify);
    assert_eq!(read.bad, []);
    assert_eq!(
        told(&read.notes),
        [(2, "Variant Compare At Price", "states no basis: the struck price is left out")]
    );
    let tee = &read.products[0];
    assert_eq!(
        (tee.seller.as_str(), tee.product.description.as_str()),
        ("Hill", "Warm & soft.\n\nWash at 30.")
    );
    assert_eq!(tee.product.tags, ["soft", "warm"]);
    let alts: Vec<_> = tee.product.media.iter().map(|it| it.alt.as_str()).collect();
    assert_eq!(alts, ["Front", "Back", "Side"]);
    let variants: Vec<_> = tee
        .product
        .variants
        .iter()
        .map(|it| (it.values.join("/"), it.sku.as_str(), it.prices[0].minor, it.units, it.weight_g))
        .collect();
    assert_eq!(
        variants,
        [
            ("S".to_owned(), "TEE-S", 1_990, Some(12), Some(180)),
            ("M".to_owned(), "TEE-M", 2_100, Some(0), Some(190)),
        ]
    );
    assert_eq!(tee.product.variants[0].barcode, "0123456789012");
    let card = &read.products[1].product;
    assert_eq!((card.options.len(), card.variants[0].units), (0, None));
    assert_eq!(card.outside[0].id, "card");
}

#[test]
fn the_newer_names_of_shopifys_template_are_known() {
    let file = "Title,URL handle,Description,Vendor,Type,SKU,Price,Compare-at price,Inventory quantity\n\
                Cup,cup,White,Hill,Cups,C1,19.90,,4\n";
    let read = read(file.as_bytes(), &euros()).unwrap();
    assert_eq!((read.shape, read.bad.len()), (Shape::Shopify, 0));
    assert_eq!(read.products[0].product.variants[0].units, Some(4));
}

#[test]
fn a_file_that_is_none_is_refused_with_its_line() {
    let line = |bytes: &[u8]| read(bytes, &euros()).unwrap_err().line;
    assert_eq!(line(b""), 1);
    assert_eq!(line(b"title,price\nCup,1\n\xff\xfe,2\n"), 3);
    let wide = vec!["x"; 201].join(",");
    assert_eq!(line(wide.as_bytes()), 1);
    let long = format!("title,price\n{}", "a,1\n".repeat(ROWS_MAX + 1));
    assert_eq!(line(long.as_bytes()), ROWS_MAX as u64 + 2);
}

#[test]
fn no_file_makes_the_reader_stumble() {
    for text in [
        "title,price\n\"",
        "Handle,Image Src\n,\n",
        "title,price\n,\n",
        "\n\n\n",
        "Handle,Variant Price\nx,1",
    ] {
        let _ = read(text.as_bytes(), &euros());
    }
}

#[test]
fn html_becomes_text_that_does_nothing() {
    for (html, text) in [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a<br>b", "a\nb"),
        ("<script>alert(1)</script>Cup", "Cup"),
        ("<STYLE>p{}</STYLE>Cup", "Cup"),
        ("1 < 2 &amp;lt; 3", "1 < 2 &lt; 3"),
        ("<img src=x onerror=alert(1)>Cup", "Cup"),
        ("<script>never closed", ""),
    ] {
        assert_eq!(plain(html), text, "{html}");
    }
}
