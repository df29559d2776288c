//! A review in the words of the wire. It does not know how anything in it was found.

use crate::{
    hub::forms::money_wire,
    insight::segment_wire,
    wire::{
        CauseWire, FigureWire, FindingWire, LossWire, MomentWire, PartWire, ReviewWire, SegmentWire,
        ShowCard, TimelineWire, WorstWire,
    },
};
use linger_insight::{
    Second,
    review::{
        AGES_FROM_S, Cause, Digest, Figure, Finding, Likely, Loss, Part, Review, Show, Strength, Stretch,
    },
};

/// Rows of a time line; a longer show has longer rows.
const ROWS_MAX: u32 = 7_200;
/// Seconds told after the host's end of a show: how people went home.
const AFTER_S: u32 = 120;

pub(super) fn review(
    show: &Show,
    review: &Review,
    digest: &Digest,
    found: &[Finding],
    earlier: usize,
) -> ReviewWire {
    let last_s = show.snapshot.until_s().min(review.ends_s.saturating_add(AFTER_S));
    ReviewWire {
        show: card(digest),
        timeline: timeline(show, review, last_s),
        segments: segments(show, last_s),
        losses: review.losses.iter().map(|loss| loss_wire(show, loss)).collect(),
        holds: review.holds.iter().map(moment).collect(),
        looks: review.looks,
        findings: found.iter().map(finding).collect(),
        held_against: u32::try_from(earlier).unwrap_or(u32::MAX),
    }
}

pub(super) fn card(digest: &Digest) -> ShowCard {
    let [one, five, fifteen] = digest.retention;
    ShowCard {
        number: digest.number,
        began_at: digest.began.0,
        length_s: digest.length_s,
        over: digest.is_over,
        peak: digest.here_peak,
        people: digest.people_came,
        stays: digest.stays,
        watch_mean_s: digest.watch.ok().map(|mean| mean.mean_s),
        stayed_1_min: one.ok(),
        stayed_5_min: five.ok(),
        stayed_15_min: fifteen.ok(),
        interaction_rate: digest.interaction.ok(),
        comments: digest.comments,
        comments_per_100_min: digest.comments_per_100_min.ok(),
        questions: digest.questions,
        answer_rate: digest.answer_rate.ok(),
        clicks: digest.clicks,
        orders: digest.orders,
        paid: digest.paid,
        gmv: digest.takings.sums().iter().copied().map(money_wire).collect(),
        stall_share: digest.stall_share.ok(),
        first_frame_p95_ms: digest.first_frame_p95_ms,
        worst: digest.worst.as_ref().map(|(stretch, cause)| WorstWire {
            from_s: stretch.from_s,
            to_s: stretch.to_s,
            excess: stretch.excess(),
            cause: cause.code().to_owned(),
        }),
    }
}

fn timeline(show: &Show, review: &Review, last_s: u32) -> TimelineWire {
    let step_s = (last_s + 1).div_ceil(ROWS_MAX).max(1);
    let mut line = TimelineWire { step_s, ..TimelineWire::default() };
    let mut points = show.snapshot.curve().peekable();
    let mut here = 0;
    for from_s in (0..=last_s).step_by(step_s as usize) {
        let mut row = Second::default();
        let to_s = (from_s + step_s - 1).min(last_s);
        while let Some(point) = points.next_if(|point| point.figures.second <= to_s) {
            row.add(point.figures);
            here = point.here;
        }
        let range = from_s as usize..(to_s as usize + 1).min(review.course.left.len());
        let at_risk = review.course.at_risk.get(range.clone()).unwrap_or_default();
        let expected: f64 = review.course.expected.get(range).unwrap_or_default().iter().sum();
        line.here.push(here);
        line.at_risk_s.push(at_risk.iter().fold(0, |sum, n| sum.saturating_add(*n)));
        line.left.push(row.left);
        line.expected.push(short(expected));
        line.comments.push(row.comments);
        line.asked.push(row.questions_opened);
        line.answered.push(row.questions_answered);
        line.likes.push(row.likes);
        line.clicks.push(row.cards_clicked);
        line.orders.push(row.orders_held);
        line.paid.push(row.orders_paid);
        line.gmv_minor.push(row.takings.sums().first().map_or(0, |sum| sum.minor));
        line.stalls.push(row.stalls);
        let stalled = if row.watched_ms == 0 { 0.0 } else { row.stalled_ms as f64 / row.watched_ms as f64 };
        line.stalled.push(short(stalled.min(1.0)));
    }
    line
}

/// Three digits after the point: a curve shows no more.
#[expect(clippy::cast_possible_truncation, reason = "the digits that go are not wanted")]
fn short(figure: f64) -> f32 {
    ((figure * 1_000.0).round() / 1_000.0) as f32
}

fn segments(show: &Show, last_s: u32) -> Vec<SegmentWire> {
    let title = |item: Option<u64>| {
        let found = item.and_then(|item| show.notes.items.get(&linger_protocol::ItemId(item)));
        found.map_or_else(String::new, |(title, _)| title.clone())
    };
    let on_stage = show.snapshot.segments().iter().map(|segment| {
        let mut wire = segment_wire(segment);
        if wire.kind == "card" {
            wire.label = title(wire.item);
        }
        wire
    });
    let sold_out = show.notes.sold_out.iter().map(|it| SegmentWire {
        from_s: it.from_s,
        to_s: it.to_s,
        kind: "sold-out".to_owned(),
        item: Some(it.item.0),
        label: title(Some(it.item.0)),
        asked: 0,
    });
    on_stage.chain(sold_out).filter(|it| it.from_s <= last_s).collect()
}

fn loss_wire(show: &Show, loss: &Loss) -> LossWire {
    let ages = AGES_FROM_S.iter().map(u32::to_string);
    LossWire {
        moment: moment(&loss.stretch),
        causes: loss.causes.iter().map(|likely| cause(show, likely)).collect(),
        by_source: parts(show.sheet.sources.iter().cloned(), &loss.by_source),
        by_age: parts(ages, &loss.by_age),
    }
}

fn parts(names: impl Iterator<Item = String>, parts: &[Part]) -> Vec<PartWire> {
    let people: u64 = parts.iter().map(|it| it.at_risk_s).sum();
    names
        .zip(parts)
        .filter(|(_, part)| part.at_risk_s > 0)
        .map(|(name, part)| PartWire {
            name,
            people_share: part.at_risk_s as f64 / people.max(1) as f64,
            left: part.left,
            expected: part.expected,
        })
        .collect()
}

fn moment(stretch: &Stretch) -> MomentWire {
    MomentWire {
        from_s: stretch.from_s,
        to_s: stretch.to_s,
        people: stretch.at_risk,
        left: stretch.left,
        expected: stretch.expected,
        excess: stretch.excess(),
        ratio: stretch.ratio,
        low: stretch.ci95.low,
        high: stretch.ci95.high,
        beyond_chance: stretch.beyond_chance,
    }
}

fn cause(show: &Show, likely: &Likely) -> CauseWire {
    let item = match &likely.cause {
        Cause::Product { item } | Cause::SoldOut { item } => Some(*item),
        _ => None,
    };
    let name = match &likely.cause {
        Cause::Source { source } => source.clone(),
        _ => item
            .and_then(|item| show.notes.items.get(&item))
            .map_or_else(String::new, |(title, _)| title.clone()),
    };
    CauseWire {
        cause: likely.cause.code().to_owned(),
        strength: strength(likely.strength),
        item: item.map(|item| item.0),
        name,
        figures: likely.figures.iter().map(figure).collect(),
    }
}

fn finding(finding: &Finding) -> FindingWire {
    let cause = |(code, told): &(&'static str, Figure)| CauseWire {
        cause: (*code).to_owned(),
        strength: strength(Strength::Fair),
        figures: vec![figure(told)],
        ..CauseWire::default()
    };
    FindingWire {
        symptom: finding.symptom.code().to_owned(),
        strength: strength(finding.strength),
        figure: figure(&finding.figure),
        causes: finding.causes.iter().map(cause).collect(),
    }
}

fn figure(told: &Figure) -> FigureWire {
    FigureWire { what: told.what.to_owned(), here: told.here, usual: told.usual }
}

fn strength(strength: Strength) -> String {
    match strength {
        Strength::Strong => "strong",
        Strength::Fair => "fair",
        Strength::Weak => "weak",
    }
    .to_owned()
}
