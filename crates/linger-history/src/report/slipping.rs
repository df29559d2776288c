//! The part of a report about customers who are slipping away. It does not know how they were found.

use super::figures::{money, percent, whole};
use super::sections::{main, tier_name};
use super::{Lang, Section, Table, say};
use linger_behaviour::customers::Customers;

pub(super) fn section(of: &Customers, lang: Lang) -> Section {
    let (value, main) = (&of.value, main(of));
    let (gone, worth, shown) = (whole(value.slipping), money(value.slipping_minor, main), value.listed.len());
    let chances = value.listed.iter().any(|it| it.alive.is_some());
    let mut head = vec![
        say!(lang, "Customer", "顾客"),
        say!(lang, "Tier", "层级"),
        say!(lang, "Orders", "订单"),
        say!(lang, "Net spent", "净消费"),
        say!(lang, "Silent, days", "沉默天数"),
        say!(lang, "Usual, days", "平常天数"),
    ];
    if chances {
        head.push(say!(lang, "Still there", "仍活跃"));
    }
    let rows = value.listed.iter().map(|it| {
        let mut row = vec![
            format!("{:016x}", it.person.0),
            tier_name(it.tier, lang),
            it.orders.to_string(),
            money(it.net_minor, main),
            it.silent_days.to_string(),
            it.usual_days.to_string(),
        ];
        if chances {
            row.push(it.alive.map_or_else(|| "–".to_owned(), percent));
        }
        row
    });
    let mut notes = vec![say!(
        lang,
        "Usual is what nine of ten waits between purchases stay within: a customer's own from six purchases on, everybody's before that. Who bought once is not among them.",
        "“平常”指九成购买间隔都不超过的天数：购买满六次用本人的节奏，否则用全体的。只买过一次的人不在其中。"
    )];
    if chances {
        notes.push(say!(
            lang,
            "Still there: the chance that a customer has not left for good, by the purchase model; all listed are below one half.",
            "“仍活跃”为模型估计顾客尚未彻底流失的概率；所列均低于一半。"
        ));
    }
    Section {
        id: "slipping",
        title: say!(lang, "Who is slipping away?", "谁正在流失？"),
        sentence: if value.slipping == 0 {
            say!(lang, "Nobody is silent for longer than usual.", "没有人沉默得比平常更久。")
        } else {
            say!(
                lang,
                "{gone} repeat customers, who spent {worth}, are silent for longer than usual; the {shown} most valuable first.",
                "{gone} 位复购顾客（累计消费 {worth}）沉默已超出平常；价值最高的 {shown} 位如下。"
            )
        },
        chart: None,
        table: (shown > 0).then(|| Table { head, rows: rows.collect(), heat: None }),
        notes,
    }
}
