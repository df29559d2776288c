//! `linger log verify|dump`: the log of a server that is stopped.

use crate::{config::Config, settings::Typed};
use anyhow::Context;
use clap::ArgMatches;
use linger_log::{DiskConfig, DiskLog, Log, Position, StreamName};
use linger_protocol::{Cause, ClubEvent, CouponEvent, Cut, Entry, Event, OrderLine, RundownEvent, SaleEvent};
use serde_json::{Value, json};
use std::{io::Write, process::ExitCode};

const PAGE_RECORDS: usize = 4_096;
const PAGE_BYTES: usize = 4 << 20;

/// Runs the one that was asked for.
pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    match matches.subcommand() {
        Some(("verify", it)) => verify(&Config::of(&Typed::gather(it)?)?),
        Some(("dump", it)) => {
            let room = it.get_one::<String>("room").map_or("", String::as_str);
            dump(&Config::of(&Typed::gather(it)?)?, room)
        }
        _ => anyhow::bail!("no such command"),
    }
}

fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    let report = linger_log::verify(config.data.join("log")).context("reading the log")?;
    println!("{report}");
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn dump(config: &Config, room: &str) -> anyhow::Result<ExitCode> {
    let (log, _) =
        DiskLog::open(config.data.join("log"), DiskConfig::default()).context("opening the log")?;
    let stream = StreamName::new(room).context("`room`")?;
    let tail = log.tail(&stream).with_context(|| format!("there is no room `{room}`"))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut at = Position { epoch: tail.epoch, offset: 0 };
    while at.offset < tail.offset {
        for record in log.read(&stream, at, PAGE_RECORDS, PAGE_BYTES)? {
            let entry = Entry::from_bytes(&record).with_context(|| format!("entry {at}"))?;
            writeln!(out, "{}", line(at, &entry))?;
            at.offset += 1;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// One entry without any text a person wrote.
fn line(at: Position, entry: &Entry) -> Value {
    let by = match entry.cause {
        Cause::Asked { by, .. } => by.role.as_str(),
        Cause::Reported => "report",
    };
    let mut line =
        json!({ "position": at.to_string(), "at": entry.at.0, "by": by, "event": name(&entry.event) });
    if let (Value::Object(line), Value::Object(fields)) = (&mut line, fields(&entry.event)) {
        line.extend(fields);
    }
    line
}

/// The variant's name in kebab case, as its `Debug` form begins.
fn name(event: &Event) -> String {
    let debug = format!("{event:?}");
    let variant = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    variant.chars().fold(String::new(), |mut name, c| {
        if c.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(c.to_lowercase());
        name
    })
}

fn fields(event: &Event) -> Value {
    match event {
        Event::CommentMade { comment, person, question, answers, .. } => json!({
            "comment": comment.0, "person": person.to_string(),
            "question": question.map(|it| it.0), "answers": answers.map(|it| it.0),
        }),
        Event::QuestionOpened { question, .. } => json!({ "question": question.0 }),
        Event::QuestionAnswered { question, prompt, .. } => {
            json!({ "question": question.0, "prompt": prompt.map(|it| it.0) })
        }
        Event::PresenceChanged { arrived, left, here } => {
            let arrived: Vec<_> = arrived.iter().map(|it| it.session.to_string()).collect();
            let left: Vec<_> = left.iter().map(|it| it.session.to_string()).collect();
            json!({ "arrived": arrived, "left": left, "here": here })
        }
        Event::LikesGathered { likes, people, total } => {
            json!({ "likes": likes, "people": people, "total": total })
        }
        Event::StockSet { item, units } => json!({ "item": item.0, "units": units }),
        Event::SaleOpened { item, price, per_person, hold_ms } => {
            json!({ "item": item.0, "price_minor": price.minor, "per_person": per_person, "hold_ms": hold_ms })
        }
        Event::CardPinned { item } | Event::CardUnpinned { item } | Event::SaleClosed { item } => {
            json!({ "item": item.0 })
        }
        Event::UnitsHeld { order, person, item, units, amount, until } => json!({
            "order": order.to_string(), "person": person.to_string(), "item": item.0, "units": units,
            "amount_minor": amount.minor, "until": until.0,
        }),
        Event::OrderPaid { order, payment } | Event::RefundSettled { order, payment } => {
            json!({ "order": order.to_string(), "payment": payment.as_str() })
        }
        Event::RefundDue { order, payment, amount, .. } => {
            json!({ "order": order.to_string(), "payment": payment.as_str(), "amount_minor": amount.minor })
        }
        Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
            json!({ "order": order.to_string() })
        }
        Event::DrawOpened { draw, winners, closes_at, .. } => {
            json!({ "draw": draw.0, "winners": winners, "closes_at": closes_at.0 })
        }
        Event::DrawEntered { draw, person } => json!({ "draw": draw.0, "person": person.to_string() }),
        Event::DrawFrozen { draw, entrants, .. } => json!({ "draw": draw.0, "entrants": entrants }),
        Event::DrawRevealed { draw, winners, .. } => {
            json!({ "draw": draw.0, "winners": winners.iter().map(ToString::to_string).collect::<Vec<_>>() })
        }
        Event::PromptShown { prompt, intent, .. } => {
            json!({ "prompt": prompt.0, "intent": intent.id.0.to_string() })
        }
        Event::PromptWithheld { intent } => json!({ "intent": intent.id.0.to_string() }),
        Event::PromptClosed { prompt, .. } => json!({ "prompt": prompt.0 }),
        Event::Club(event) => club_fields(event),
        Event::Rundown(event) => rundown_fields(event),
        Event::Sale(event) => sale_fields(event),
        _ => json!({}),
    }
}

fn sale_fields(event: &SaleEvent) -> Value {
    match event {
        SaleEvent::CartHeld(cart) => {
            let line =
                |it: &OrderLine| json!({ "item": it.item.0, "units": it.units, "minor": it.amount.minor });
            let cut = |it: &Cut| json!({ "campaign": it.campaign.as_str(), "off_minor": it.off });
            json!({
                "sale": "cart-held", "order": cart.order.to_string(), "person": cart.person.to_string(),
                "lines": cart.lines.iter().map(line).collect::<Vec<_>>(),
                "cuts": cart.cuts.iter().map(cut).collect::<Vec<_>>(), "shipping_minor": cart.shipping,
                "amount_minor": cart.amount.minor, "until": cart.until.0, "holds": cart.holds,
            })
        }
        SaleEvent::WaitJoined { item, person, .. } => {
            json!({ "sale": "wait-joined", "item": item.0, "person": person.to_string() })
        }
        SaleEvent::WaitLeft { item, person, .. } => {
            json!({ "sale": "wait-left", "item": item.0, "person": person.to_string() })
        }
        SaleEvent::Enlisted { item, person, .. } => {
            json!({ "sale": "enlisted", "item": item.0, "person": person.to_string() })
        }
        SaleEvent::Allotted { transfer, item, units } => {
            json!({ "sale": "allotted", "transfer": transfer.as_str(), "item": item.0, "units": units })
        }
        SaleEvent::GaveBack { transfer, item, units } => {
            json!({ "sale": "gave-back", "transfer": transfer.as_str(), "item": item.0, "units": units })
        }
        SaleEvent::Opened { item, sale, .. } => json!({ "sale": "opened", "item": item.0, "number": sale }),
        SaleEvent::FlashOpened { item, price, until } => json!({
            "sale": "flash", "item": item.0, "price_minor": price.minor, "until": until.0,
        }),
        SaleEvent::ListFrozen { item, people, .. } => {
            json!({ "sale": "list-frozen", "item": item.0, "people": people })
        }
        SaleEvent::FlashEnded { item }
        | SaleEvent::Unlocked { item }
        | SaleEvent::ListShuffled { item, .. } => json!({ "item": item.0 }),
        SaleEvent::ShippingSet { shipping } => json!({ "sale": "shipping", "fee_minor": shipping.fee.minor }),
        SaleEvent::Coupon(event) => coupon_fields(event),
    }
}

fn coupon_fields(event: &CouponEvent) -> Value {
    match event {
        CouponEvent::CampaignSet { campaign } => {
            json!({ "coupon": "campaign-set", "campaign": campaign.id.as_str() })
        }
        CouponEvent::CampaignEnded { campaign } => {
            json!({ "coupon": "campaign-ended", "campaign": campaign.as_str() })
        }
        CouponEvent::Claimed { campaign, person, .. } => {
            json!({ "coupon": "claimed", "campaign": campaign.as_str(), "person": person.to_string() })
        }
        CouponEvent::Granted { campaign, person, .. } => {
            json!({ "coupon": "granted", "campaign": campaign.as_str(), "person": person.to_string() })
        }
        CouponEvent::GivenBack { order } => json!({ "coupon": "given-back", "order": order.to_string() }),
    }
}

fn club_fields(event: &ClubEvent) -> Value {
    match event {
        ClubEvent::DayBegan { day } => json!({ "club": "day", "day": day }),
        ClubEvent::Joined { person, .. } => json!({ "club": "joined", "person": person.to_string() }),
        ClubEvent::Left { person, .. } => json!({ "club": "left", "person": person.to_string() }),
        ClubEvent::CheckedIn { person, day, streak } => {
            json!({ "club": "checked-in", "person": person.to_string(), "day": day, "streak": streak })
        }
        ClubEvent::Points { person, task, n, points, day, total, level } => json!({
            "club": "points", "person": person.to_string(), "task": task.as_str(), "n": n, "points": points,
            "day": day, "total": total, "level": level,
        }),
        ClubEvent::Brought { person, by, .. } => {
            json!({ "club": "brought", "person": person.to_string(), "by": by.to_string() })
        }
        ClubEvent::SprintOpened { sprint, goal, from, until, .. } => {
            json!({ "club": "sprint", "sprint": sprint, "goal": goal, "from": from, "until": until.0 })
        }
        ClubEvent::SprintEnded { sprint, reached, likes, people } => {
            json!({ "club": "sprint-ended", "sprint": sprint, "reached": reached, "likes": likes, "people": people })
        }
        _ => json!({}),
    }
}

fn rundown_fields(event: &RundownEvent) -> Value {
    match event {
        RundownEvent::Set { version, rundown } => {
            json!({ "what": "set", "version": version, "steps": rundown.steps.len() })
        }
        RundownEvent::StepStarted { turn, step, free, until, .. } => json!({
            "what": "step-started", "turn": turn, "step": step, "free": free.is_some(), "until": until.0,
        }),
        RundownEvent::Held { left_ms } => json!({ "what": "held", "left_ms": left_ms }),
        RundownEvent::Retimed { until } => json!({ "what": "retimed", "until": until.0 }),
        RundownEvent::ClimaxAnnounced { step, starts_at } => {
            json!({ "what": "climax-announced", "step": step, "starts_at": starts_at.0 })
        }
        RundownEvent::Warned { since, .. } => json!({ "what": "warned", "since": since.0 }),
        RundownEvent::Carried { turn, refused } => {
            json!({ "what": "carried", "turn": turn, "refused": refused })
        }
        RundownEvent::Stopped { finished } => json!({ "what": "stopped", "finished": finished }),
    }
}
