//! What a report tells, in words, in English and Chinese. It does not know how it is laid out.

use super::figures::{about, money, percent, share, whole};
use super::{Chart, Lang, Report, ReportData, Section, Table, say, slipping, worth};
use linger_behaviour::customers::{Cohort, Customers, Tier, Totals, month_text};

pub(super) fn report(data: &ReportData, lang: Lang) -> Report {
    let title = say!(lang, "Linger · what your history says", "Linger · 历史数据告诉你的事");
    let as_table = say!(lang, "Show as a table", "以表格查看");
    let Some(customers) = &data.customers else {
        let headline = say!(
            lang,
            "No orders yet. Import your shop's history with `linger import FILE`, and this report fills.",
            "还没有订单。用 `linger import 文件` 导入店铺历史数据，这份报告就会有内容。"
        );
        return Report { title, headline, period: String::new(), tiles: vec![], sections: vec![], as_table };
    };
    let (from, to, zone) = (customers.first_day, customers.end_day, &data.zone);
    Report {
        title,
        headline: headline(customers, lang),
        period: say!(lang, "{from} to {to}, days of {zone}", "{from} 至 {to}，按 {zone} 时区计日"),
        tiles: tiles(customers, lang),
        sections: [
            Some(totals(customers, lang)),
            Some(cohorts(customers, lang)),
            Some(rhythm(customers, lang)),
            Some(tiers(customers, lang)),
            Some(worth::value(customers, lang)),
            Some(slipping::section(customers, lang)),
            worth::sources(customers, lang),
            worth::promoters(customers, lang),
            Some(notes(data, customers, lang)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        as_table,
    }
}

/// What money is told in.
pub(super) fn main(customers: &Customers) -> &Totals {
    // Customers are made only of at least one order, and that has a sum.
    &customers.totals[0]
}

pub(super) fn tier_name(tier: Tier, lang: Lang) -> String {
    match tier {
        Tier::Diamond => say!(lang, "Diamond", "钻石"),
        Tier::Platinum => say!(lang, "Platinum", "铂金"),
        Tier::Gold => say!(lang, "Gold", "黄金"),
        Tier::Bronze => say!(lang, "Bronze", "青铜"),
    }
}

fn headline(of: &Customers, lang: Lang) -> String {
    let (buyers, again) = (whole(of.buyers), share(of.cycle.repeaters, of.buyers));
    let (gone, worth) = (whole(of.value.slipping), money(of.value.slipping_minor, main(of)));
    let rhythm = match of.cycle.median_days {
        Some(days) => say!(lang, ", usually after {days} days", "，间隔中位数 {days} 天"),
        None => String::new(),
    };
    if of.value.slipping == 0 {
        return say!(
            lang,
            "{again} of {buyers} customers bought again{rhythm}. None of them is silent for longer than usual.",
            "{buyers} 位顾客中有 {again} 再次购买{rhythm}。没有人沉默得比平常更久。"
        );
    }
    say!(
        lang,
        "{again} of {buyers} customers bought again{rhythm}. {gone} who did are now silent for longer than usual; they have spent {worth}.",
        "{buyers} 位顾客中有 {again} 再次购买{rhythm}。其中 {gone} 位沉默已超出平常节奏，他们累计消费 {worth}。"
    )
}

fn tiles(of: &Customers, lang: Lang) -> Vec<(String, String)> {
    let main = main(of);
    let lines = (of.lines > 0).then(|| (say!(lang, "Order lines", "订单行"), whole(of.lines)));
    let tiles = [
        Some((say!(lang, "Customers who bought", "购买顾客"), whole(of.buyers))),
        Some((say!(lang, "Orders", "订单"), whole(of.orders))),
        lines,
        Some((say!(lang, "Sales", "销售额"), money(main.paid_minor, main))),
        Some((say!(lang, "Went back", "退款"), money(main.refunded_minor, main))),
        Some((say!(lang, "Bought again", "复购率"), share(of.cycle.repeaters, of.buyers))),
    ];
    tiles.into_iter().flatten().collect()
}

fn totals(of: &Customers, lang: Lang) -> Section {
    let main = main(of);
    let mean = about(
        main.paid_minor as f64 / 10_f64.powi(i32::from(main.decimals)) / main.orders.max(1) as f64,
        main,
    );
    let (refunds, gone) = (whole(main.refunds), percent(1.0 - of.value.kept));
    let mut notes = vec![];
    if of.totals.len() > 1 {
        let currency = &main.currency;
        notes.push(say!(
            lang,
            "Money is never added across currencies. All that follows is in {currency}, the currency of most orders.",
            "不同货币从不相加。以下金额均以订单最多的货币 {currency} 计。"
        ));
    }
    Section {
        id: "totals",
        title: say!(lang, "How much was sold?", "卖了多少？"),
        sentence: say!(
            lang,
            "An order is worth {mean} on average; {gone} of the money went back, in {refunds} refunds or cancellations.",
            "平均每单 {mean}；{refunds} 笔退款或取消带走了 {gone} 的金额。"
        ),
        chart: None,
        table: Some(Table {
            head: vec![
                say!(lang, "Currency", "货币"),
                say!(lang, "Orders", "订单"),
                say!(lang, "Sales", "销售额"),
                say!(lang, "Refunds", "退款笔数"),
                say!(lang, "Went back", "退款"),
                say!(lang, "Net", "净额"),
            ],
            rows: of
                .totals
                .iter()
                .map(|it| {
                    let none = say!(lang, "not told", "未注明");
                    vec![
                        if it.currency.is_empty() { none } else { it.currency.clone() },
                        whole(it.orders),
                        money(it.paid_minor, it),
                        whole(it.refunds),
                        money(it.refunded_minor, it),
                        money(it.paid_minor.saturating_sub(it.refunded_minor), it),
                    ]
                })
                .collect(),
            heat: None,
        }),
        notes,
    }
}

const COHORTS_MAX: usize = 24;

fn cohorts(of: &Customers, lang: Lang) -> Section {
    let shown = &of.cohorts[of.cohorts.len().saturating_sub(COHORTS_MAX)..];
    let months = shown.iter().map(|it| it.months.len()).max().unwrap_or(0).min(COHORTS_MAX);
    // How many of those seen for a whole third month came in it.
    let whole_month = |it: &&Cohort, at: usize| it.months.get(at).is_some_and(|it| !it.unfinished);
    let seen: Vec<&Cohort> = of.cohorts.iter().filter(|it| whole_month(it, 3)).collect();
    let (back, all) = seen.iter().fold((0, 0), |sum, it| (sum.0 + it.months[3].active, sum.1 + it.customers));
    let third = share(back, all);
    let unfinished = shown.iter().any(|it| it.months.iter().any(|it| it.unfinished));
    let cell = |cohort: &Cohort, at: usize| -> String {
        let mark = |it: bool| if it { "*" } else { "" };
        let found = cohort.months.get(at);
        found.map_or_else(String::new, |it| {
            format!("{:.0}%{}", 100.0 * it.active as f64 / cohort.customers as f64, mark(it.unfinished))
        })
    };
    let heat = |cohort: &Cohort, at: usize| -> Option<f64> {
        let found = cohort.months.get(at).filter(|_| at > 0)?;
        // Half of a cohort back in a month is as hot as it gets.
        Some(found.active as f64 / cohort.customers as f64 * 2.0)
    };
    let head = [
        say!(lang, "First bought", "首购月份"),
        say!(lang, "Customers", "顾客"),
        say!(lang, "Sales", "销售额"),
    ];
    let rows = shown.iter().map(|it| {
        let paid = it.months.iter().fold(0_i64, |sum, it| sum.saturating_add(it.paid_minor));
        let lead = [month_text(it.month), whole(it.customers), money(paid, main(of))];
        lead.into_iter().chain((1..months).map(|at| cell(it, at))).collect()
    });
    let heats =
        shown.iter().map(|it| [None, None].into_iter().chain((1..months).map(|at| heat(it, at))).collect());
    let mut notes = vec![say!(
        lang,
        "The share of a month's new customers who bought in each month after; a month is a calendar month.",
        "每月新顾客在之后各自然月再次购买的比例。"
    )];
    if unfinished {
        notes.push(say!(lang, "* The month was not over when the data ended.", "* 数据截止时该月尚未结束。"));
    }
    Section {
        id: "cohorts",
        title: say!(lang, "Do new customers come back?", "新顾客会回来吗？"),
        sentence: if all > 0 {
            say!(
                lang,
                "In the third month after their first purchase, {third} of customers buy.",
                "首购后的第三个月，有 {third} 的顾客购买。"
            )
        } else {
            say!(
                lang,
                "No month's customers were seen for three months yet.",
                "还没有任何月份的顾客被观察满三个月。"
            )
        },
        chart: None,
        table: Some(Table {
            head: head.into_iter().chain((1..months).map(|it| format!("+{it}"))).collect(),
            rows: rows.collect(),
            heat: Some(heats.collect()),
        }),
        notes,
    }
}

fn rhythm(of: &Customers, lang: Lang) -> Section {
    let cycle = &of.cycle;
    let band = |from: i32, to: Option<i32>| match to.map(|it| it - 1) {
        Some(to) => say!(lang, "{from}–{to} days", "{from}–{to} 天"),
        None => say!(lang, "{from} days and more", "{from} 天以上"),
    };
    let bars = cycle.bands.iter().map(|it| {
        let figure = format!("{} · {}", whole(it.gaps), share(it.gaps, cycle.gaps));
        (band(it.from_days, it.to_days), it.gaps as f64, figure)
    });
    let rows = cycle
        .bands
        .iter()
        .map(|it| vec![band(it.from_days, it.to_days), whole(it.gaps), share(it.gaps, cycle.gaps)]);
    let waits: Vec<String> = cycle
        .by_number
        .iter()
        .map(|it| format!("{} → {}: {}", it.number - 1, it.number, it.median_days))
        .collect();
    let waits = waits.join(", ");
    let sentence = match (cycle.median_days, cycle.p90_days) {
        (Some(median), Some(p90)) => say!(
            lang,
            "Half of all repeat purchases come within {median} days of the one before, nine of ten within {p90}.",
            "一半的复购发生在上次购买后 {median} 天内，九成在 {p90} 天内。"
        ),
        _ => say!(lang, "Nobody has bought a second time yet.", "还没有人第二次购买。"),
    };
    let (again, followed) = (share(cycle.again_90, cycle.followed_90), whole(cycle.followed_90));
    Section {
        id: "rhythm",
        title: say!(lang, "How soon do they buy again?", "多久会再买？"),
        sentence,
        chart: (cycle.gaps > 0).then(|| Chart {
            about: say!(lang, "Days between purchases", "两次购买的间隔天数"),
            bars: bars.collect(),
        }),
        table: Some(Table {
            head: vec![
                say!(lang, "Days between purchases", "两次购买的间隔"),
                say!(lang, "Purchases", "购买次数"),
                say!(lang, "Share", "占比"),
            ],
            rows: rows.collect(),
            heat: None,
        }),
        notes: vec![
            say!(
                lang,
                "Of {followed} customers seen for 90 days after their first purchase, {again} bought again within them. Orders of one day count as one purchase.",
                "在首购后被观察满 90 天的 {followed} 位顾客中，{again} 在 90 天内再次购买。同一天的订单算一次购买。"
            ),
            say!(
                lang,
                "Median days from one purchase to the next, by its number: {waits}.",
                "第几次到下一次购买的间隔中位数（天）：{waits}。"
            ),
        ],
    }
}

fn tiers(of: &Customers, lang: Lang) -> Section {
    let (rfm, main) = (&of.rfm, main(of));
    let net: i64 = rfm.tiers.iter().fold(0, |sum: i64, it| sum.saturating_add(it.net_minor));
    let part = |minor: i64| if net > 0 { percent(minor as f64 / net as f64) } else { "–".to_owned() };
    let rows = rfm.tiers.iter().map(|it| {
        let name = tier_name(it.tier, lang);
        vec![name, whole(it.customers), whole(it.orders), money(it.net_minor, main), part(it.net_minor)]
    });
    let bars = rfm.tiers.iter().map(|it| {
        let figure = format!("{} · {}", whole(it.customers), part(it.net_minor));
        (tier_name(it.tier, lang), it.net_minor as f64, figure)
    });
    let top = &rfm.tiers[0];
    let (customers, money_part) = (share(top.customers, of.buyers), part(top.net_minor));
    let [r, f, m] = [
        rfm.recency_days.map(|it| it.to_string()).join(" / "),
        rfm.orders.map(|it| it.to_string()).join(" / "),
        rfm.net_minor.map(|it| money(it, main)).join(" / "),
    ];
    Section {
        id: "tiers",
        title: say!(lang, "Who are the best customers?", "谁是最好的顾客？"),
        sentence: say!(
            lang,
            "The diamond tier, {customers} of customers, brings {money_part} of the money.",
            "钻石层占顾客的 {customers}，贡献了 {money_part} 的金额。"
        ),
        chart: Some(Chart {
            about: say!(lang, "Net sales by tier", "各层净销售额"), bars: bars.collect()
        }),
        table: Some(Table {
            head: vec![
                say!(lang, "Tier", "层级"),
                say!(lang, "Customers", "顾客"),
                say!(lang, "Orders", "订单"),
                say!(lang, "Net sales", "净销售额"),
                say!(lang, "Share", "占比"),
            ],
            rows: rows.collect(),
            heat: None,
        }),
        notes: vec![
            say!(
                lang,
                "Grades of 1 to 5 for how recently, how often and for how much somebody bought, by fifths; their sum makes the tier: diamond from 13, platinum from 10, gold from 7.",
                "按最近购买、购买次数、购买金额各分五档（1 至 5 分），总分定层级：钻石 13 起，铂金 10 起，黄金 7 起。"
            ),
            say!(
                lang,
                "Cuts between grades: days since the last purchase {r}; orders {f}; money {m}.",
                "档位分界：距上次购买天数 {r}；订单数 {f}；金额 {m}。"
            ),
        ],
    }
}

fn notes(data: &ReportData, of: &Customers, lang: Lang) -> Section {
    let mut notes = vec![];
    for it in &data.imports {
        let (files, rows) = (it.files.join(", "), whole(it.rows));
        notes.push(match it.left_out {
            Some(left) => {
                let left = whole(left);
                say!(
                    lang,
                    "{files}: {rows} rows read, {left} left out.",
                    "{files}：读取 {rows} 行，略去 {left} 行。"
                )
            }
            None => say!(lang, "{files}: {rows} rows read.", "{files}：读取 {rows} 行。"),
        });
    }
    let (known, only) = (whole(of.known), whole(of.refunded_only));
    notes.push(say!(
        lang,
        "{known} people are known; {only} of them have refunds or cancellations and no order.",
        "共识别 {known} 人；其中 {only} 人只有退款或取消，没有订单。"
    ));
    notes.push(say!(
        lang,
        "Rows without a customer tell nothing of anybody's return, and are not in these figures.",
        "没有顾客标识的行无法说明任何人的回访，不计入以上数字。"
    ));
    Section {
        id: "notes",
        title: say!(lang, "What is behind these figures?", "这些数字从何而来？"),
        sentence: say!(
            lang,
            "Orders that were paid, by people who could be told apart.",
            "能够区分到人的已付款订单。"
        ),
        chart: None,
        table: None,
        notes,
    }
}
