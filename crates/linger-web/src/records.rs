//! Records of activities: what anybody needs to compute an outcome again. It does not know how one is decided.

use crate::{
    ask::{game, parse, prize_of},
    error::ApiError,
    house::House,
    hub::hex,
    rooms::room_desk,
    wire::{ChoiceWire, GameAsk, OutcomeWire, PlayerWire, PrizeAsk, QuestionAsk, RecordWire, SliceAsk},
};
use axum::{
    Json,
    extract::{Path, State},
};
use linger_protocol::{
    ActivityId, Choice, Currency, Game, Limits, Money, Outcome, PersonId, Prize, QuizQuestion, RoomId, Share,
    Slice, Spin, Terms,
};
use linger_room::activity::Record;

/// All that is needed to compute an activity's outcome again.
#[utoipa::path(
    get, path = "/api/rooms/{room}/activities/{activity}/record", tag = "rooms",
    params(
        ("room" = String, Path, description = "the room"),
        ("activity" = u32, Path, description = "the activity")
    ),
    responses(
        (status = 200, description = "the record", body = RecordWire),
        (status = 400, description = "no number of an activity", body = ApiError),
        (status = 404, description = "no such activity, or it is not settled yet", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn activity_record(
    State(house): State<House>,
    Path((room, activity)): Path<(String, String)>,
) -> Result<Json<RecordWire>, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    let activity = ActivityId(parse(&activity, "activity")?);
    let record = house.engine.look(&room, move |room| room.activity_record(activity)).await?.flatten();
    let record = record.ok_or_else(|| ApiError::not_found("no-such-activity"))?;
    Ok(Json(record_wire(&room, record)))
}

fn record_wire(room: &RoomId, record: Record) -> RecordWire {
    let player = |(person, number): (PersonId, u64)| PlayerWire {
        person: person.to_string(),
        number: number.to_string(),
    };
    RecordWire {
        room: room.to_string(),
        activity: record.activity.0,
        title: record.terms.title,
        game: game_ask(record.terms.game),
        prize: record.terms.prize.map(prize_ask),
        commit: hex(&record.commit),
        seed: hex(&record.seed),
        digest: hex(&record.digest),
        players: record.players.into_iter().map(player).collect(),
        outcome: match record.outcome {
            Outcome::Votes { votes } => OutcomeWire::Votes { votes },
            Outcome::Winners { winners } => {
                OutcomeWire::Winners { winners: winners.iter().map(PersonId::to_string).collect() }
            }
            Outcome::Shares { shares, rest_minor } => {
                OutcomeWire::Shares { shares: shares.iter().map(|it| it.minor).collect(), rest_minor }
            }
            Outcome::Spins { spins } => {
                OutcomeWire::Spins { spins: spins.iter().map(|it| it.slice.into()).collect() }
            }
            Outcome::Score { points } => OutcomeWire::Score { points: points.to_vec() },
        },
    }
}

fn prize_ask(prize: Prize) -> PrizeAsk {
    PrizeAsk { what: prize.what, worth_minor: prize.worth.minor, count: prize.count }
}

fn game_ask(game: Game) -> GameAsk {
    match game {
        Game::Vote { options, lasts_ms } => {
            let option = |it: Choice| ChoiceWire { text: it.text, item: it.item.map(|item| item.0) };
            GameAsk::Vote { options: options.into_iter().map(option).collect(), lasts_ms }
        }
        Game::Quiz { questions, elimination } => {
            let question = |it: QuizQuestion| QuestionAsk {
                text: it.text,
                options: it.options,
                right: it.right,
                why: it.why,
                window_ms: it.window_ms,
            };
            GameAsk::Quiz { questions: questions.into_iter().map(question).collect(), elimination }
        }
        Game::Guess { item, price, lasts_ms } => {
            GameAsk::Guess { item: item.0, price_minor: Some(price.minor), lasts_ms }
        }
        Game::Task { watch_ms, ask, share, follow, lasts_ms } => {
            GameAsk::Task { watch_ms, ask, share, follow, lasts_ms }
        }
        Game::First { item, lasts_ms } => GameAsk::First { item: item.map(|item| item.0), lasts_ms },
        Game::Packet { budget, parts, even, lasts_ms } => {
            GameAsk::Packet { budget_minor: budget.minor, parts, even, lasts_ms }
        }
        Game::Pk { sides, rival, forfeit, lasts_ms, gift_point } => GameAsk::Pk {
            sides,
            rival: rival.map(|rival| rival.to_string()),
            forfeit,
            lasts_ms,
            gift_point_minor: gift_point.map(|it| it.minor),
        },
        Game::Wheel { slices, lasts_ms } => {
            let slice =
                |it: Slice| SliceAsk { label: it.label, weight: it.weight, prize: it.prize.map(prize_ask) };
            GameAsk::Wheel { slices: slices.into_iter().map(slice).collect(), lasts_ms }
        }
        Game::Reflex { waits_ms, limit_ms } => {
            GameAsk::Reflex { rounds: u8::try_from(waits_ms.len()).unwrap_or(u8::MAX), limit_ms }
        }
    }
}

/// Reads a published record back. What it lacks because it decides nothing, such as currencies, is filled in; an error
/// names the field that cannot be read.
pub fn read_record(wire: RecordWire) -> Result<Record, &'static str> {
    let money = |minor| Money { minor, currency: Currency::CNY };
    match &wire.game {
        GameAsk::Packet { budget_minor, parts, .. }
            if !(1..=Limits::PARTS_MAX).contains(parts) || *budget_minor < i64::from(*parts) =>
        {
            return Err("game.parts");
        }
        GameAsk::Wheel { slices, .. } if slices.is_empty() || slices.len() > Limits::OPTIONS_MAX => {
            return Err("game.slices");
        }
        _ => {}
    }
    let (price, waits_ms) = match wire.game {
        GameAsk::Guess { price_minor, .. } => (price_minor.map(money), vec![]),
        GameAsk::Reflex { rounds, .. } => (None, vec![0; rounds.into()]),
        _ => (None, vec![]),
    };
    let game = game(wire.game, money, price, waits_ms)?;
    let players: Vec<(PersonId, u64)> = wire
        .players
        .iter()
        .map(|it| {
            Ok((
                it.person.parse().map_err(|_| "players.person")?,
                it.number.parse().map_err(|_| "players.number")?,
            ))
        })
        .collect::<Result<_, &'static str>>()?;
    let mut points = [0, 0];
    let people = || players.iter().map(|(person, _)| *person);
    let outcome = match wire.outcome {
        OutcomeWire::Votes { votes } => Outcome::Votes { votes },
        OutcomeWire::Winners { winners } => {
            let winners = winners.iter().map(|it| it.parse()).collect::<Result<_, _>>();
            Outcome::Winners { winners: winners.map_err(|_| "outcome.winners")? }
        }
        OutcomeWire::Shares { shares, rest_minor } => {
            if shares.len() != players.len() {
                return Err("outcome.shares");
            }
            let shares = people().zip(shares).map(|(person, minor)| Share { person, minor }).collect();
            Outcome::Shares { shares, rest_minor }
        }
        OutcomeWire::Spins { spins } => {
            if spins.len() != players.len() {
                return Err("outcome.spins");
            }
            let spin = |(person, slice): (PersonId, u32)| {
                u8::try_from(slice).map(|slice| Spin { person, slice }).map_err(|_| "outcome.spins")
            };
            Outcome::Spins { spins: people().zip(spins).map(spin).collect::<Result<_, _>>()? }
        }
        OutcomeWire::Score { points: scored } => {
            points = scored.try_into().map_err(|_| "outcome.points")?;
            Outcome::Score { points }
        }
    };
    let terms = Terms { title: wire.title, game, prize: wire.prize.map(|it| prize_of(it, money)) };
    Ok(Record {
        activity: ActivityId(wire.activity),
        terms,
        commit: unhex(&wire.commit).ok_or("commit")?,
        seed: unhex(&wire.seed).ok_or("seed")?,
        digest: unhex(&wire.digest).ok_or("digest")?,
        players,
        points,
        outcome,
    })
}

/// Reads 64 hexadecimal digits.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(bytes)
}
