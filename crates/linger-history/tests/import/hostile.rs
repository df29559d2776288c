//! Files that are broken or mean harm: each is told with its place and a reason, and none takes memory without bound.

use std::io::Write;

use expect_test::{Expect, expect};

use super::*;

const HEAD: &str = "order_id,customer_id,date,total,quantity\n";

fn check(bytes: impl AsRef<[u8]>, expected: &Expect) -> Tally {
    let mut place = Place::new();
    let path = place.put("a.csv", bytes);
    place.options.bounds =
        Bounds { unpacked_bytes_max: 1 << 26, ratio_max: 100, unpacked_bytes_free: 1 << 20 };
    match place.try_import(&[&path]) {
        Ok((tally, _)) => {
            expected.assert_eq(&place.wrong(&tally));
            tally
        }
        Err(fault) => {
            let folder = format!("{}/", place.dir.path().display());
            expected.assert_eq(&fault.to_string().replace(&folder, ""));
            Tally::default()
        }
    }
}

#[test]
fn a_bad_row_is_told_and_the_others_are_kept() {
    let rows = "\
1,ann,2025-01-01,1.00,1
2,,2025-01-01,1.00,1
3,ann,01/02/2025,1.00,1
4,ann,2025-01-01,one,1
5,ann,2025-01-01,1.00,1.5
6,ann,2025-01-01,1.00
,ann,2025-01-01,1.00,1
8,ann,1969-12-31,1.00,1
9,ann,2199-01-01,1.00,1
10,ann,2025-01-01,1.00,-1
11,ann,2025-01-01,,1
12,ann,2025-01-01,\"1,000.00\",1
12,bob,2025-01-01,1.00,1
";
    let long = format!("13,{},2025-01-01,1.00,1\n", "x".repeat(300));
    let tally = check(
        format!("{HEAD}{rows}{long}"),
        &expect![[r#"
            a.csv, line 3, column customer_id: no customer is named
            a.csv, line 4, column date: not a time that is understood; a mapping file can state its format
            a.csv, line 5, column total: not an amount of money
            a.csv, line 6, column quantity: not a whole number
            a.csv, line 7: more or fewer cells than the first row has
            a.csv, line 8, column order_id: no order is named
            a.csv, line 11, column quantity: the quantity is zero or less
            a.csv, line 14, column customer_id: another customer than in the rows before of the same order
            a.csv, line 9, column at: the time is before 1970 or more than a day ahead
            a.csv, line 10, column at: the time is before 1970 or more than a day ahead
            a.csv, line 12, column total: not an amount of money
            a.csv, line 15, column customer: longer than may be kept"#]],
    );
    assert_eq!(tally.orders, 2);
}

#[test]
fn a_row_with_a_zero_byte_or_in_another_encoding_is_left_out() {
    let mut bytes = HEAD.as_bytes().to_vec();
    // Beyond what is looked at first.
    (0..3000).for_each(|it| bytes.extend(format!("{it},ann,2025-01-01,1.00,1\n").as_bytes()));
    (0..3).for_each(|_| bytes.extend(std::iter::repeat_n(b' ', 30_000).chain([b'\n'])));
    bytes.extend(
        b"a,ann\0,2025-01-01,1.00,1\nb,\xd6\xd0\xce\xc4,2025-01-01,1.00,1\nc,ann,2025-01-01,1.00,1\n",
    );
    let tally = check(
        bytes,
        &expect![[r#"
            a.csv, line 3005: holds a zero byte
            a.csv, line 3006: not UTF-8"#]],
    );
    assert_eq!(tally.orders, 3001);
}

#[test]
fn other_encodings_and_kinds_of_files_are_named() {
    check(b"\xff\xfeo\0r\0d\0e\0r\0", &expect!["a.csv: text in UTF-16: save it as UTF-8"]);
    check(
        b"order_id,customer_id,date,total\n1,\xd6\xd0\xce\xc4,2025-01-01,1\n",
        &expect!["a.csv, line 2: not UTF-8, perhaps GBK, Shift JIS or Latin-1: save it as UTF-8"],
    );
    check(b"a,b\n\0\0\0\0", &expect!["a.csv, line 2: holds a zero byte: not a file of text"]);
    check(b"PK\x03\x04rest", &expect!["a.csv: a ZIP or Excel file: unpack it, or save the sheet as CSV"]);
    check(
        b"PAR1 and then nothing that is Parquet",
        &expect!["a.csv: not a sound Parquet file: Parquet error: Invalid Parquet file. Corrupt footer"],
    );
    check(b"[{\"a\":1}]", &expect!["a.csv: a JSON array: one object a line is expected"]);
    check(b"", &expect!["a.csv: the file is empty"]);
    check(
        b"colour,size\nred,1\n",
        &expect![
            "a.csv: the format is not known by its columns (colour, size); a mapping file (--map) can say what they mean"
        ],
    );
    check(b"customer_id,date\nann,2025-01-01\n", &expect![[""]]);
}

#[test]
fn a_row_without_end_stops_the_file() {
    let mut bytes = HEAD.as_bytes().to_vec();
    bytes.extend(b"1,ann,2025-01-01,1.00,1\n2,\"");
    bytes.resize(9 << 20, b'x');
    let tally =
        check(&bytes, &expect!["a.csv, line 3: a row is longer than 4194304 bytes; is a quote not closed?"]);
    assert_eq!(tally.orders, 1);
    let mut bytes =
        b"{\"type\":\"track\",\"userId\":\"ann\",\"event\":\"a\",\"timestamp\":\"2025-01-01\"}\n{\"".to_vec();
    bytes.resize(9 << 20, b'x');
    check(&bytes, &expect!["a.csv, line 2: a line is longer than 4194304 bytes"]);
}

#[test]
fn a_million_columns_are_too_many() {
    check(format!("a{}\n", ",a".repeat(999_999)), &expect!["a.csv, line 1: 1000000 columns, 1024 at most"]);
}

#[test]
fn a_compressed_file_that_grows_beyond_measure_is_stopped() {
    let mut gz = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    gz.write_all(HEAD.as_bytes()).unwrap();
    let row = "1,ann,2025-01-01,1.00,1\n".repeat(1000);
    (0..400).for_each(|_| gz.write_all(row.as_bytes()).unwrap());
    let bytes = gz.finish().unwrap();
    assert!(bytes.len() < 100_000);
    check(
        &bytes,
        &expect![
            "a.csv, line 98304: more than 100 bytes come out of it for each byte in it, which is no ordinary file"
        ],
    );
}

#[test]
fn a_folder_of_nothing_and_a_path_that_is_not_there_are_told() {
    let mut place = Place::new();
    std::fs::create_dir(place.path("empty")).unwrap();
    let folder = format!("{}/", place.dir.path().display());
    let mut wrong = |name: &str| {
        let path = place.path(name);
        place.try_import(&[&path]).err().expect("a fault").to_string().replace(&folder, "")
    };
    expect!["empty: there is no file in it"].assert_eq(&wrong("empty"));
    expect!["absent.csv: No such file or directory (os error 2)"].assert_eq(&wrong("absent.csv"));
}

#[test]
fn one_broken_file_does_not_keep_the_others_out() {
    let mut place = Place::new();
    place.put("all/1.csv", "nothing,known\n1,2\n");
    place.put("all/2.csv", format!("{HEAD}1,ann,2025-01-01,1.00,1\n"));
    let tally = place.import(&[&place.path("all")]);
    assert_eq!((tally.files, tally.orders, tally.faults.len()), (1, 1, 1));
}

#[test]
fn a_parquet_file_with_any_byte_changed_is_read_or_refused_and_ends_nothing_else() {
    let whole = super::formats::parquet();
    let mut refused = 0;
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x5a;
        let mut house = Place::new();
        let path = house.put("a.parquet", bytes);
        let (tally, _) = house.try_import(&[&path]).expect("an answer");
        refused += usize::from(!tally.faults.is_empty());
    }
    assert!(refused > 20, "{refused} of {}", whole.len());
}
