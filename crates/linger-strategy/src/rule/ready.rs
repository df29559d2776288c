//! Rules that are ready, from the field. All but the one about questions are switched off until somebody switches them on.
//! It does not know whether they help in a room: their held-out occasions do.
//!
//! Each says in its note what it rests on. Numbers are where others began, not results.

use super::{
    action::Action,
    form::{Clause, Condition, Is, Than},
    metric::Metric,
    spec::{Amount, Budget, Rule, Scope},
};
use crate::{UNANSWERED_QUESTION, UnansweredQuestion};

/// The language of the texts that a rule shows to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// Chinese.
    Chinese,
}

impl Tongue {
    fn say(self, english: &str, chinese: &str) -> String {
        match self {
            Tongue::English => english.to_owned(),
            Tongue::Chinese => chinese.to_owned(),
        }
    }
}

/// Stalls above this share of the time watched are the picture's fault: rules about the content keep silent.
const STALLED: f64 = 0.03;

/// All ready rules, in the given language.
pub fn all(tongue: Tongue) -> Vec<Rule> {
    let say = |english: &str, chinese: &str| tongue.say(english, chinese);
    let mut rules = vec![unanswered_questions(&UnansweredQuestion::default(), tongue)];
    rules.extend(dwell(&say));
    rules.extend(leaving(&say));
    rules.extend(host(&say));
    rules.extend(goods(&say));
    rules.extend(arrivals(&say));
    rules.extend(chat(&say));
    rules
}

type Say<'a> = &'a dyn Fn(&str, &str) -> String;

fn is(metric: Metric, is: Is, value: f64) -> Clause {
    Clause::Is { metric: metric.name(), is, than: Than::Number(value) }
}

fn times(metric: Metric, is: Is, times: f64, other: Metric) -> Clause {
    Clause::Is { metric: metric.name(), is, than: Than::Metric { metric: other.name(), times } }
}

fn all_of(all: Vec<Clause>) -> Condition {
    Condition::Form(Clause::All { all })
}

/// The picture is not to blame.
fn smooth() -> Clause {
    is(Metric::StallShare, Is::AtMost, STALLED)
}

fn budget(times: u32) -> Budget {
    Budget { times, money: None, times_per_viewer: None, minor_per_viewer: None }
}

fn prompt(text: String) -> Action {
    Action::PromptHost { text }
}

fn rule(code: &str, (name, note): (String, String), scope: Scope, when: Condition, action: Action) -> Rule {
    Rule {
        code: code.to_owned(),
        name,
        note,
        on: false,
        rooms: vec![],
        scope,
        window_s: 60,
        when,
        until: None,
        hold_s: 0,
        people_min: 10,
        action,
        cool_down_s: 300,
        budget: budget(6),
        priority: 50,
        hold_out: 0.2,
        phase: 1,
        experiment: None,
        arm: None,
    }
}

/// The rule about questions, with settings of a house's own.
pub fn unanswered_questions(settings: &UnansweredQuestion, tongue: Tongue) -> Rule {
    let named = (
        tongue.say("Unanswered questions", "没人回答的提问"),
        tongue.say(
            "Several people ask the same within a short time and nobody answers.",
            "短时间内有几位观众问同一个问题，却没有人回答。",
        ),
    );
    let when = all_of(vec![is(Metric::Askers, Is::AtLeast, f64::from(settings.people))]);
    Rule {
        on: true,
        people_min: 0,
        window_s: settings.window_s,
        cool_down_s: 0,
        budget: budget(1_000),
        priority: 80,
        hold_out: settings.hold_out_share,
        phase: settings.phase,
        ..rule(UNANSWERED_QUESTION, named, Scope::Question, when, Action::AnswerQuestion)
    }
}

fn dwell(say: Say<'_>) -> [Rule; 2] {
    let when = |is_: Is, share: f64| {
        all_of(vec![
            is(Metric::SegmentS, Is::AtLeast, 60.0),
            times(Metric::DwellS, is_, share, Metric::DwellUsualS),
            smooth(),
        ])
    };
    let below = (
        say("Segment holds people less than usual", "这件商品留不住人"),
        say(
            "Field: a flash sale where people stay less than usual in the try-on segment, conversion +28 %.",
            "行业经验：试穿环节停留低于均值时推限时价，转化提升约 28%。",
        ),
    );
    let flash = Action::FlashPrice { item: None, off_percent: 10, floor_minor: None, lasts_s: 120 };
    let above = (
        say("Segment holds people longer than usual", "这件商品留得住人"),
        say(
            "Field: going deeper where people stay longer than usual, completion +42 %.",
            "行业经验：停留高于均值时提示主播讲深一点，完播提升约 42%。",
        ),
    );
    let deeper =
        prompt(say("They stay longer than usual here: go deeper.", "大家停留比平时久，可以讲深一点。"));
    [
        Rule {
            hold_s: 10,
            cool_down_s: 900,
            budget: Budget { money: Some(Amount { minor: 50_000, currency: "CNY".to_owned() }), ..budget(2) },
            ..rule("dwell-below", below, Scope::Segment { item: None }, when(Is::Below, 0.8), flash)
        },
        Rule {
            hold_s: 10,
            ..rule("dwell-above", above, Scope::Segment { item: None }, when(Is::Above, 1.2), deeper)
        },
    ]
}

fn leaving(say: Say<'_>) -> [Rule; 2] {
    let jump = (
        say("Many leave at once", "突然走了很多人"),
        say(
            "Twice as many leave as usual, and the picture is not to blame.",
            "离开的速度是平时的两倍，而且不是画面卡顿造成的。",
        ),
    );
    let when = all_of(vec![
        is(Metric::Leaves, Is::AtLeast, 5.0),
        times(Metric::LeaveHazard, Is::Above, 2.0, Metric::LeaveHazardUsual),
        smooth(),
    ]);
    let text = say(
        "{leaves} left in half a minute: say what comes next.",
        "半分钟走了 {leaves} 人：说说接下来有什么。",
    );
    let stalls = (
        say("The picture stalls", "画面卡顿"),
        say(
            "Each stall costs 3 to 5 % of the audience: tell people, and do not blame the content.",
            "每次卡顿会流失 3% 到 5% 的观众：先告诉大家原因，不怪内容。",
        ),
    );
    let told = Action::Announce {
        text: say(
            "The picture stalls for some of you. We are on it; sound goes on.",
            "部分观众画面卡顿，正在处理，声音不受影响。",
        ),
    };
    [
        Rule {
            window_s: 30,
            hold_s: 5,
            people_min: 20,
            cool_down_s: 180,
            ..rule("leave-hazard-jump", jump, Scope::Room, when, prompt(text))
        },
        Rule {
            window_s: 30,
            hold_s: 5,
            until: Some(all_of(vec![is(Metric::StallShare, Is::Below, 0.02)])),
            budget: budget(4),
            priority: 90,
            ..rule(
                "stall-burst",
                stalls,
                Scope::Room,
                all_of(vec![is(Metric::StallShare, Is::Above, 0.05)]),
                told,
            )
        },
    ]
}

fn host(say: Say<'_>) -> [Rule; 2] {
    let silence = (
        say("The host does nothing for long", "主播很久没有动作"),
        say(
            "Two minutes in which the room saw nothing of the host: no answer, no word, no card. Speech is not heard yet.",
            "两分钟没有主播的回答、发言或换品。目前还听不到主播说话。",
        ),
    );
    let climax = (
        say("No climax for long", "很久没有小高潮"),
        say("Field: a small climax every 15 to 20 minutes.", "行业经验：每 15 到 20 分钟要有一个小高潮。"),
    );
    let quiet = prompt(say("Two quiet minutes: ask them something.", "安静两分钟了：问大家一个问题。"));
    let due = prompt(say(
        "18 minutes without a climax: draw, vote or drop?",
        "18 分钟没有高潮了：抽奖、投票还是上新？",
    ));
    [
        rule(
            "host-silence",
            silence,
            Scope::Room,
            all_of(vec![is(Metric::HostSilenceS, Is::AtLeast, 120.0)]),
            quiet,
        ),
        Rule {
            cool_down_s: 600,
            ..rule(
                "no-climax",
                climax,
                Scope::Room,
                all_of(vec![is(Metric::SinceClimaxS, Is::AtLeast, 1_080.0)]),
                due,
            )
        },
    ]
}

fn goods(say: Say<'_>) -> [Rule; 1] {
    let named = (
        say("A hot item is nearly gone", "热卖品快没了"),
        say(
            "A tenth is left while people order: say so, truthfully.",
            "还有人下单，库存只剩一成：如实告诉大家。",
        ),
    );
    let when = all_of(vec![
        is(Metric::StockShare, Is::AtMost, 0.1),
        is(Metric::StockLeft, Is::Above, 0.0),
        is(Metric::OrdersPerMin, Is::AtLeast, 2.0),
    ]);
    let text = say("Only {stock_left} left of {item}.", "{item} 只剩 {stock_left} 件。");
    [Rule {
        budget: budget(10),
        priority: 60,
        ..rule("nearly-gone", named, Scope::Segment { item: None }, when, Action::Announce { text })
    }]
}

fn arrivals(say: Say<'_>) -> [Rule; 1] {
    let named = (
        say("People from a new source", "来了一批新渠道的观众"),
        say(
            "Ten people within a minute from where nobody came before: say hello, and what was so far.",
            "一分钟内从新渠道来了十位观众：打个招呼，说说前面讲了什么。",
        ),
    );
    let when = all_of(vec![
        is(Metric::Joins, Is::AtLeast, 10.0),
        is(Metric::SourceAgeS, Is::AtMost, 300.0),
        is(Metric::ShowS, Is::AtLeast, 300.0),
    ]);
    let text = say(
        "{joins} people just came from {source}: say hello and recap.",
        "刚从 {source} 来了 {joins} 人：打个招呼，回顾一下。",
    );
    [Rule { people_min: 0, ..rule("new-source", named, Scope::Source { source: None }, when, prompt(text)) }]
}

fn chat(say: Say<'_>) -> [Rule; 2] {
    let fast = (
        say("Chat much faster than usual", "弹幕突然变快"),
        say("Twice the usual speed, and more than anybody can read.", "是平时的两倍，已经读不过来。"),
    );
    let slow = (
        say("Chat much slower than usual", "弹幕突然变慢"),
        say("Less than 40 % of the usual speed.", "不到平时的四成。"),
    );
    let quick = all_of(vec![
        is(Metric::CommentsPerMin, Is::AtLeast, 30.0),
        times(Metric::CommentsPerMin, Is::Above, 2.0, Metric::CommentsPerMinUsual),
    ]);
    let calm = all_of(vec![
        is(Metric::CommentsPerMinUsual, Is::AtLeast, 5.0),
        times(Metric::CommentsPerMin, Is::Below, 0.4, Metric::CommentsPerMinUsual),
        smooth(),
    ]);
    let pick = prompt(say("Chat races: pick three and answer them by name.", "弹幕很快：挑三条，点名回答。"));
    let ask = prompt(say("Chat is slow: ask for a 1 or a 2.", "弹幕变慢了：让大家扣 1 或扣 2。"));
    [
        Rule { hold_s: 10, ..rule("chat-fast", fast, Scope::Room, quick, pick) },
        Rule { hold_s: 30, ..rule("chat-slow", slow, Scope::Room, calm, ask) },
    ]
}
