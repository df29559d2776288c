//! The report of a small shop told by hand: the same story as text and as a page, in both languages, and nothing that a
//! hostile file could slip into it.

use linger_behaviour::{
    Fact, Number, PersonKey, Table, Text,
    customers::{Ask, Customers, CustomersFold},
};
use linger_history::report::{Imported, Lang, ReportData, html, text};

const DAY_MS: i64 = 86_400_000;

fn shop(currency: &str) -> ReportData {
    let mut table = Table::new("UTC").expect("a zone");
    for person in 1..=60_u64 {
        let orders = i64::try_from(person % 6).expect("small");
        for nth in 0..=orders {
            let day = 14_975 + i64::try_from(person).expect("small") + nth * (7 + orders);
            let fact = Fact {
                person: PersonKey(person),
                name: "order.paid".into(),
                at_ms: day * DAY_MS,
                ..Fact::default()
            }
            .with(Text::Currency, currency)
            .with_number(Number::AmountMinor, 1_050 + i64::try_from(person * 37 % 900).expect("small"));
            table.push(&fact).expect("a fact");
        }
    }
    let mut fold = CustomersFold::new(table.names(), i64::MAX);
    table.fold(&mut fold);
    ReportData {
        customers: Customers::of(fold, table.names(), &Ask::default()),
        zone: "UTC".into(),
        imports: vec![Imported { files: vec!["<b>.csv".into()], rows: 1234, left_out: Some(5) }],
    }
}

#[test]
fn text_and_page_tell_the_same_figures_in_both_languages() {
    let data = shop("GBP");
    for (lang, words) in [(Lang::En, "Who is slipping away?"), (Lang::Zh, "谁正在流失？")] {
        let (text, html) = (text(&data, lang), html(&data, lang));
        // 210 orders by 60 people, summed apart from this program.
        for told in [words, "3,072.10 GBP", "1,234", "210"] {
            assert!(html.contains(told), "{told} is not on the page");
            assert!(text.contains(told), "{told} is not in the text:\n{text}");
        }
    }
}

#[test]
fn a_page_needs_nothing_and_runs_nothing() {
    let page = html(&shop("<i>"), Lang::En);
    for banned in ["<script", "http://", "https://", "url(", "<i>", "<b>", "onload"] {
        assert!(!page.contains(banned), "the page contains {banned}");
    }
    assert!(page.contains("&lt;b&gt;.csv") && page.contains("&lt;i&gt;"));
    // Every chart stands beside the table of its figures.
    assert_eq!(page.matches("<figure>").count(), page.matches("<details>").count());
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\" aria-label=").count());
}

#[test]
fn without_orders_the_report_says_what_to_do() {
    let data = ReportData { customers: None, zone: "UTC".into(), imports: vec![] };
    assert!(text(&data, Lang::En).contains("linger import"));
    assert!(html(&data, Lang::Zh).contains("linger import"));
}
