//! Each format by a few lines of it, and what is kept of them.

use std::{io::Write, sync::Arc};

use expect_test::{Expect, expect};
use parquet::{
    data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use super::*;

fn check(name: &str, text: &str, expected: &Expect) -> (Place, Tally) {
    let mut place = Place::new();
    let tally = place.text(name, text);
    expected.assert_eq(&format!("{}\n{}", place.told(), place.wrong(&tally)));
    (place, tally)
}

/// Lines of 2011-07-21 and their like, from the Online Retail data set (UCI, Chen, Sain and Guo 2012, CC BY 4.0).
const ONLINE_RETAIL: &str = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
560776,20726,LUNCH BAG WOODLAND,10,2011-07-21 08:44:00,1.65,13995.0,United Kingdom
560776,20727,LUNCH BAG  BLACK SKULL.,10,2011-07-21 08:45:00,1.65,13995.0,United Kingdom
560776,20726,LUNCH BAG WOODLAND,1,2011-07-21 08:44:00,1.65,13995.0,United Kingdom
C560777,22383,LUNCH BAG SUKI DESIGN ,-2,2011-07-21 09:00:00,1.65,13995.0,United Kingdom
560778,22383,LUNCH BAG SUKI DESIGN ,2,2011-07-21 09:00:00,1.65,,United Kingdom
560779,22383,LUNCH BAG SUKI DESIGN ,2,2011-07-21 09:00:00,0.0,13996.0,United Kingdom
560780,22383,LUNCH BAG SUKI DESIGN ,0,2011-07-21 09:00:00,1.65,13996.0,United Kingdom
";

#[test]
fn online_retail_is_recognised_and_its_rules_hold() {
    let (place, tally) = check(
        "retail.csv",
        ONLINE_RETAIL,
        &expect![[r#"
        2011-07-21T08:44:00Z 13995 order.item item=20726 order=560776 region=United Kingdom currency=GBP amount_minor=165 units=1
        2011-07-21T08:44:00Z 13995 order.item item=20726 order=560776 region=United Kingdom currency=GBP amount_minor=1650 units=10
        2011-07-21T08:44:00Z 13995 order.item item=20727 order=560776 region=United Kingdom currency=GBP amount_minor=1650 units=10
        2011-07-21T08:44:00Z 13995 order.paid order=560776 region=United Kingdom currency=GBP amount_minor=3465 units=21
        2011-07-21T09:00:00Z 13995 order.refunded order=C560777 region=United Kingdom currency=GBP amount_minor=330
        retail.csv, line 6, column CustomerID: no customer is named
        retail.csv, line 7, column UnitPrice: the price is zero or less
        retail.csv, line 8, column Quantity: the quantity is zero or less"#]],
    );
    assert_eq!(place.notes.found[0].format, "online-retail");
    assert_eq!(tally.cancellations_seen.count(), Some(1));
    assert_eq!(tally.orders_seen.count(), Some(5));
}

#[test]
fn a_shopify_order_is_paid_once_and_each_line_is_an_item() {
    check(
        "orders_export.csv",
        "\u{feff}Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,\
Lineitem name,Lineitem price,Lineitem sku,Shipping Country,Cancelled at,Refunded Amount,Source,Lineitem discount\n\
#1050,Ann@Example.com,partially_refunded,2026-05-01 10:00:00 +0200,EUR,100.90,5.00,8.33,105.90,2026-05-01 09:59:00 +0200,\
1,Tea 100 g,62.95,TEA-100,NL,,10.00,web,0.00\n\
#1050,Ann@Example.com,,,,,,,,2026-05-01 09:59:00 +0200,2,\"Tea, 50 g\",18.98,,,,,,0.01\n\
#1051,bob@example.com,voided,,EUR,5.00,0.00,0.00,5.00,2026-05-02 09:59:00 +0200,1,Cup,5.00,CUP,NL,,0.00,pos,0.00\n"
            .replace("2026-05", "2025-05")
            .as_str(),
        &expect![[r#"
            2025-05-01T08:00:00Z ann@example.com order.item source=web item=TEA-100 order=#1050 region=NL currency=EUR amount_minor=6295 units=1
            2025-05-01T08:00:00Z ann@example.com order.item source=web item=Tea, 50 g order=#1050 region=NL currency=EUR amount_minor=3795 units=2
            2025-05-01T08:00:00Z ann@example.com order.paid source=web order=#1050 region=NL currency=EUR amount_minor=10590 units=3
            2025-05-01T08:00:00Z ann@example.com order.refunded source=web order=#1050 region=NL currency=EUR amount_minor=1000
            orders_export.csv, line 4, column Financial Status: the order was not paid"#]],
    );
}

#[test]
fn kuailive_clicks_are_stays_and_the_rest_is_told_apart_by_file_name() {
    let mut place = Place::new();
    place.put(
        "k/click.csv",
        "user_id,live_id,streamer_id,timestamp,watch_live_time\n8505,93,39,1746374400022,2852\n",
    );
    let moment = "user_id,live_id,streamer_id,timestamp\n8505,93,39,1746374401000\n";
    for name in ["comment", "like", "negative"] {
        place.put(&format!("k/{name}.csv"), moment);
    }
    place.put("k/gift.csv", "user_id,live_id,streamer_id,timestamp,gift_price\n8505,93,39,1746374402000,2\n");
    place.put(
        "k/room.csv",
        "p_date,live_id,streamer_id,live_type,start_timestamp,end_timestamp,live_content_category,live_name_id\n\
         20250525,93,39,1,1748131180878,1748275200000,shop,0\n",
    );
    place.put(
        "k/user.csv",
        "user_id,age,gender,country,device_brand,device_price,reg_timestamp,accu_watch_live_cnt\n\
         8505,18-23,M,China,DESKTOP,0,2023-05-03,0-50000\n",
    );
    let tally = place.import(&[&place.path("k")]);
    expect![[r#"
        2023-05-03T00:00:00Z 8505 person.identified age_band=18-23 region=China device=DESKTOP {"device_price":0,"gender":"M"}
        2025-05-04T16:00:00.022Z 8505 room.entered room=93 host=39
        2025-05-04T16:00:01Z 8505 room.interacted room=93 host=39 outcome=comment
        2025-05-04T16:00:01Z 8505 room.interacted room=93 host=39 outcome=like
        2025-05-04T16:00:01Z 8505 room.passed room=93 host=39
        2025-05-04T16:00:02.874Z 8505 room.left room=93 host=39 outcome=left duration_ms=2852
        2025-05-04T16:00:02Z 8505 room.interacted room=93 host=39 outcome=gift {"gift_price":2}
    "#]].assert_eq(&format!("{}\n{}", place.told(), place.wrong(&tally)));
    assert!(place.notes.found.iter().any(|it| it.format == "kuailive room" && it.passed_over));
}

#[test]
fn segment_messages_keep_what_they_say() {
    check(
        "events.jsonl",
        r#"{"type":"track","event":"Order Completed","userId":"ann","messageId":"m1","timestamp":"2025-05-01T10:00:00Z","properties":{"order_id":"o1","total":25.5,"currency":"EUR","coupon":"MAY","products":[{"product_id":"tea","price":10.25,"quantity":2},{"product_id":"cup","price":5}]}}
{"type":"identify","userId":"ann","anonymousId":"d1","messageId":"m2","timestamp":"2025-05-01T10:00:01Z","traits":{"email":"ann@example.com","age_band":"25-34","plan":"gold"}}
{"type":"page","anonymousId":"d2","messageId":"m3","timestamp":"2025-05-01T10:00:02Z","name":"Home"}
{"type":"alias","userId":"bea","previousId":"b1","messageId":"m4","timestamp":"2025-05-01T10:00:03Z"}
{"type":"track","event":"Like","messageId":"m5","timestamp":"2025-05-01T10:00:03Z","userId":""}
{"type":"track","event":"","messageId":"m6","timestamp":"2025-05-01T10:00:03Z","userId":"ann"}
{"type":"track"
"#,
        &expect![[r#"
            2025-05-01T10:00:00Z ann order.item item=cup order=o1 currency=EUR amount_minor=500 units=1
            2025-05-01T10:00:00Z ann order.item item=tea order=o1 currency=EUR amount_minor=2050 units=2
            2025-05-01T10:00:00Z ann order.paid order=o1 currency=EUR amount_minor=2550 {"coupon":"MAY"}
            2025-05-01T10:00:01Z ann+anonymous d1 person.identified age_band=25-34 {"plan":"gold"}
            2025-05-01T10:00:02Z anonymous d2 page.viewed page=Home
            2025-05-01T10:00:03Z bea person.aliased 
            events.jsonl, line 5, column userId: no customer is named
            events.jsonl, line 6, column event: no event is named
            events.jsonl, line 7: not a JSON object of a shape that is known"#]],
    );
}

#[test]
fn our_own_events_come_back_as_they_were() {
    check(
        "facts.jsonl",
        r#"{"person":"ann","at_ms":1746374400022,"name":"room.entered","room":"r1","props":{"seat":"front"}}
{"person":"ann","at_ms":1746374402022,"name":"order.paid","order":"o1","amount_minor":1250,"currency":"EUR","units":2}
"#,
        &expect![[r#"
            2025-05-04T16:00:00.022Z ann room.entered room=r1 {"seat":"front"}
            2025-05-04T16:00:02.022Z ann order.paid order=o1 currency=EUR amount_minor=1250 units=2
        "#]],
    );
}

#[test]
fn members_are_profiles_and_a_changed_trait_is_a_new_one() {
    let (mut place, _) = check(
        "members.csv",
        "会员ID;年龄段;城市等级;省份;等级\n007;25-34;new-1;浙江;5\n008;;1;北京;\n",
        &expect![[r#"
            2026-01-01T00:00:00Z 007 person.identified age_band=25-34 city_tier=new-1 region=浙江 {"等级":5}
            2026-01-01T00:00:00Z 008 person.identified city_tier=1 region=北京
        "#]],
    );
    place.options.now_ms += 1000;
    let tally =
        place.text("later.csv", "会员ID;年龄段;城市等级;省份;等级\n007;25-34;new-1;浙江;5\n008;;2;北京;\n");
    assert_eq!((tally.new_facts(), tally.known_facts()), (1, 1));
}

#[test]
fn a_mapping_file_says_what_columns_mean() {
    let mut place = Place::new();
    place.mapped(
        r#"
        kind = "orders"
        delimiter = "|"
        time = ["%d.%m.%Y %H:%M"]
        zone = "Europe/Berlin"
        decimal = ","
        columns = ["nr", "wer", "wann", "was", "menge", "preis"]
        cancel_prefix = "S-"
        [fields]
        order = "nr"
        customer = "wer"
        at = "wann"
        item = "was"
        units = "menge"
        price = "preis"
        [fixed]
        currency = "EUR"
        campaign = "winter"
        "#,
    );
    let tally = place
        .text("kasse.txt", "A1|ann|24.12.2025 10:00|Tee|2|1.234,50\nS-A2|ann|24.12.2025 11:00|Tee|1|3,00\n");
    expect![[r#"
        2025-12-24T09:00:00Z ann order.item campaign=winter item=Tee order=A1 currency=EUR amount_minor=246900 units=2
        2025-12-24T09:00:00Z ann order.paid campaign=winter order=A1 currency=EUR amount_minor=246900 units=2
        2025-12-24T10:00:00Z ann order.refunded campaign=winter order=S-A2 currency=EUR amount_minor=300
    "#]].assert_eq(&format!("{}\n{}", place.told(), place.wrong(&tally)));
}

#[test]
fn a_mapping_that_does_not_fit_is_told_with_its_column() {
    let mut place = Place::new();
    place.mapped("[fields]\ncustomer = \"wer\"\nat = \"wann\"\ntotal = \"summe\"\n");
    let tally = place.text("a.csv", "wer,wann,betrag\nann,2025-01-01,1\n");
    expect!["a.csv, column summe: the mapping names this column, but the file does not have it"]
        .assert_eq(&place.wrong(&tally));
    let error = Mapping::from_toml("map.toml", "[fields]\ncustomers = \"wer\"\n").unwrap_err().to_string();
    assert!(error.starts_with("map.toml: TOML parse error at line 2"), "{error}");
}

#[test]
fn parquet_is_read_like_any_table() {
    let mut place = Place::new();
    let path = place.put("orders.parquet", parquet());
    let tally = place.import(&[&path]);
    expect![[r#"
        2025-05-04T16:00:00.022Z ann order.paid order=o1 currency=EUR amount_minor=1250 units=1
        2025-05-04T16:00:01.022Z bob order.paid order=o2 amount_minor=10 units=1
    "#]]
    .assert_eq(&format!("{}\n{}", place.told(), place.wrong(&tally)));
    assert_eq!(place.notes.found[0].shape, "Parquet");
}

pub(super) fn parquet() -> Vec<u8> {
    let schema = "message orders { required binary order_id (UTF8); required binary customer_id (UTF8);
        required int64 paid_at (TIMESTAMP_MILLIS); required double total; optional binary currency (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).expect("Parquet"));
    let mut bytes = vec![];
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).expect("Parquet");
    let mut group = writer.next_row_group().expect("Parquet");
    let text = |all: &[&str]| all.iter().map(|it| ByteArray::from(*it)).collect::<Vec<_>>();
    for values in [text(&["o1", "o2"]), text(&["ann", "bob"])] {
        let mut column = group.next_column().expect("Parquet").expect("Parquet");
        column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("Parquet");
        column.close().expect("Parquet");
    }
    let mut column = group.next_column().expect("Parquet").expect("Parquet");
    column
        .typed::<Int64Type>()
        .write_batch(&[1_746_374_400_022, 1_746_374_401_022], None, None)
        .expect("Parquet");
    column.close().expect("Parquet");
    let mut column = group.next_column().expect("Parquet").expect("Parquet");
    column.typed::<DoubleType>().write_batch(&[12.5, 0.1], None, None).expect("Parquet");
    column.close().expect("Parquet");
    let mut column = group.next_column().expect("Parquet").expect("Parquet");
    column.typed::<ByteArrayType>().write_batch(&text(&["EUR"]), Some(&[1, 0]), None).expect("Parquet");
    column.close().expect("Parquet");
    group.close().expect("Parquet");
    writer.close().expect("Parquet");
    bytes
}

#[test]
fn archives_and_compressed_files_are_read_by_name_whatever_their_order() {
    let mut place = Place::new();
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(vec![], flate2::Compression::fast()));
    let day = |day: u32| format!("order_id,customer_id,date,total\no{day},ann,2025-01-0{day},1.00\n");
    let gz = |text: &str| {
        let mut gz = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        gz.finish().unwrap()
    };
    for (name, bytes) in [
        ("d/2.csv", day(2).into_bytes()),
        ("d/.hidden", vec![0]),
        ("d/1.csv.gz", gz(&day(1))),
        ("d/3.parquet", parquet()),
    ] {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tar.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    let archive = place.put("all.tar.gz", tar.into_inner().unwrap().finish().unwrap());
    let tally = place.import(&[&archive]);
    assert_eq!((tally.files, tally.orders), (3, 4), "{}", place.wrong(&tally));
    let names: Vec<&str> = place.notes.found.iter().map(|it| it.file.rsplit(':').next().unwrap()).collect();
    assert_eq!(names, ["d/1.csv.gz", "d/2.csv", "d/3.parquet"]);
}
