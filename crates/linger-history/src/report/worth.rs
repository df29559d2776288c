//! The parts of a report about what customers are worth, what they cost and whether they would recommend the shop. It does
//! not know how that was found.

use super::figures::{about, money, percent, whole};
use super::sections::{main, tier_name};
use super::{Chart, Lang, Section, Table, say};
use linger_behaviour::customers::{Customers, Value};
use linger_stats::{BgNbd, DropOut, Unknown};

pub(super) fn value(of: &Customers, lang: Lang) -> Section {
    let (value, main) = (&of.value, main(of));
    let days = value.horizon_days.round();
    let title = say!(lang, "What are customers still worth?", "顾客还值多少？");
    let Ok(model) = &value.models.purchases else {
        let why = why(value.models.purchases.err(), lang);
        return Section {
            id: "value",
            title,
            sentence: say!(lang, "Too little is known to say: {why}.", "数据不足，暂无法回答：{why}。"),
            chart: None,
            table: None,
            notes: vec![],
        };
    };
    let (total, purchases) = (about(value.total, main), whole(value.purchases.round() as u64));
    let notes = model_notes(model, value, lang);
    let mean = |n: u64, sum: f64| about(if n > 0 { sum / n as f64 } else { 0.0 }, main);
    let bars = value.tiers.iter().map(|it| (tier_name(it.0, lang), it.2, about(it.2, main)));
    let rows = value
        .tiers
        .iter()
        .map(|it| vec![tier_name(it.0, lang), whole(it.1), about(it.2, main), mean(it.1, it.2)]);
    Section {
        id: "value",
        title,
        sentence: say!(
            lang,
            "Today's customers are expected to spend {total} in the next {days} days, in {purchases} purchases.",
            "预计现有顾客未来 {days} 天再购买 {purchases} 次，消费 {total}。"
        ),
        chart: Some(Chart {
            about: say!(lang, "Expected spending by tier", "各层预期消费"),
            bars: bars.collect(),
        }),
        table: Some(Table {
            head: vec![
                say!(lang, "Tier", "层级"),
                say!(lang, "Customers", "顾客"),
                say!(lang, "Expected", "预期消费"),
                say!(lang, "Each", "人均"),
            ],
            rows: rows.collect(),
            heat: None,
        }),
        notes,
    }
}

fn model_notes(model: &BgNbd, value: &Value, lang: Lang) -> Vec<String> {
    let mut notes = vec![];
    let (r, alpha, a, b, ll) = (model.r, model.alpha, model.a, model.b, model.log_likelihood);
    let unit = value.unit_days;
    notes.push(say!(
        lang,
        "Purchases by BG/NBD, time in units of {unit} days: r {r:.4}, alpha {alpha:.4}, a {a:.4}, b {b:.4}, log-likelihood {ll:.3}.",
        "购买次数模型 BG/NBD（时间单位 {unit} 天）：r {r:.4}，alpha {alpha:.4}，a {a:.4}，b {b:.4}，对数似然 {ll:.3}。"
    ));
    if model.drop_out == DropOut::FromPrior {
        notes.push(say!(
            lang,
            "The data do not tell leaving for good from buying slowly: that part leans on a weak assumption, and no chance of being still there is shown.",
            "数据无法区分彻底流失与购买缓慢：这部分依赖弱先验假设，因此不显示仍然活跃的概率。"
        ));
    }
    notes.push(match &value.models.spending {
        Ok(it) => {
            let (p, q, v, n, ll) = (it.p, it.q, it.v, it.customers, it.log_likelihood);
            say!(
                lang,
                "Worth of a purchase by Gamma-Gamma over {n} repeat customers: p {p:.3}, q {q:.3}, v {v:.3}, log-likelihood {ll:.3}.",
                "单次购买金额模型 Gamma-Gamma（{n} 位复购顾客）：p {p:.3}，q {q:.3}，v {v:.3}，对数似然 {ll:.3}。"
            )
        }
        Err(it) => {
            let why = why(Some(*it), lang);
            say!(lang, "Worth of a purchase: the mean of all, since {why}.", "单次购买金额取全体均值，因为{why}。")
        }
    });
    let kept = percent(value.kept);
    notes.push(say!(
        lang,
        "Not discounted; reduced to the {kept} of money that did not go back.",
        "未折现；已按未退款比例 {kept} 折减。"
    ));
    notes
}

fn why(unknown: Option<Unknown>, lang: Lang) -> String {
    match unknown {
        Some(Unknown::TooFew { have, need }) => say!(
            lang,
            "{have} customers bought more than once, and {need} are needed",
            "复购顾客只有 {have} 位，至少需要 {need} 位"
        ),
        _ => say!(lang, "no model fits these purchases", "没有模型能拟合这些购买"),
    }
}

pub(super) fn sources(of: &Customers, lang: Lang) -> Option<Section> {
    let main = main(of);
    let rows: Vec<Vec<String>> = of
        .sources
        .iter()
        .map(|it| {
            let each = |it: Option<f64>| it.map_or_else(|| "–".to_owned(), |it| about(it, main));
            vec![
                it.source.clone(),
                whole(it.customers),
                money(it.cost_minor, main),
                each(it.per_customer),
                each(it.expected),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Section {
        id: "sources",
        title: say!(lang, "What does a customer cost?", "获客成本是多少？"),
        sentence: say!(
            lang,
            "Cost of each customer won, beside what they are expected to spend.",
            "每位新顾客的成本与其预期消费。"
        ),
        chart: None,
        table: Some(Table {
            head: vec![
                say!(lang, "Source", "来源"),
                say!(lang, "Customers", "顾客"),
                say!(lang, "Cost", "成本"),
                say!(lang, "Cost each", "人均成本"),
                say!(lang, "Expected each", "人均预期消费"),
            ],
            rows,
            heat: None,
        }),
        notes: vec![],
    })
}

pub(super) fn promoters(of: &Customers, lang: Lang) -> Option<Section> {
    let score = of.promoters?;
    let (nps, low, high, n) =
        (score.score.round(), score.ci95.low.round(), score.ci95.high.round(), score.answers);
    Some(Section {
        id: "promoters",
        title: say!(lang, "Would they recommend you?", "他们会推荐你吗？"),
        sentence: say!(
            lang,
            "The net promoter score is {nps} (95 % interval {low} to {high}, {n} answers).",
            "净推荐值为 {nps}（95% 区间 {low} 至 {high}，{n} 份回答）。"
        ),
        chart: None,
        table: None,
        notes: vec![],
    })
}
