//! What is asked about activities, as the room understands it: prices from the catalogue, amounts in the shop's currency,
//! seeds, waits left to chance, and how long somebody has watched. It does not know whether the room agrees.

use super::{Asker, item_of, spoken};
use crate::{
    error::ApiError,
    house::House,
    wire::{ActivityAsk, ChoiceWire, GameAsk, PlayAsk, PrizeAsk, QuestionAsk, SliceAsk},
};
use linger_protocol::{
    ActivityAct, ActivityId, Choice, Game, ItemId, Limits, Money, Move, Prize, QuizQuestion, RoomId, Slice,
    Terms,
};
use linger_room::activity::commitment;

/// The shortest and the longest wait before a signal: long enough to be ready, and too different to be learnt.
const WAITS_MS: std::ops::Range<u64> = 2_000..6_000;

pub(super) async fn meant(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    ask: ActivityAsk,
) -> Result<ActivityAct, ApiError> {
    let person = asker.actor.person;
    Ok(match ask {
        ActivityAsk::Open { title, game, prize } => {
            let worth_max = house.config.worth_max;
            let prize = prize.map(|it| prize_of(it, |minor| Money { minor, ..worth_max }));
            let game = game_of(house, game, worth_max).await?;
            let terms = Terms { title, game, prize };
            let mut seed = [0; 32];
            random(&mut seed)?;
            let commit = commitment(&seed, &terms.secret());
            let sealed_seed = house
                .vault
                .seal_house(&seed)
                .map_err(|fault| ApiError::unavailable("sealing a seed", &fault))?;
            ActivityAct::Open { terms: Box::new(terms), commit, sealed_seed, worth_max }
        }
        ActivityAsk::Play { activity, play } => {
            house.limiter.play(asker.device).map_err(ApiError::too_many)?;
            let activity = ActivityId(activity);
            let plays = house.desk(room).is_some_and(|desk| desk.hub.plays(activity, person));
            // Winners are told by name, and may never have said a word.
            let name = match plays {
                true => None,
                false => Some(spoken(house, room, asker, String::new()).await?.sealed),
            };
            let play = match play {
                PlayAsk::Choose { option } => Move::Choose { option },
                PlayAsk::Answer { question, option, delay_ms } => Move::Answer { question, option, delay_ms },
                PlayAsk::Guess { minor } => Move::Guess { minor },
                PlayAsk::Tap { round, after_ms } => Move::Tap { round, after_ms },
                PlayAsk::Enter => Move::Enter,
                PlayAsk::Done => {
                    let now = house.now();
                    let watched = house.desk(room).map(|desk| desk.hub.watched_ms(activity, person, now));
                    Move::Done { watched_ms: watched.unwrap_or(0) }
                }
            };
            ActivityAct::Play { activity, play, device: asker.device, name }
        }
        ActivityAsk::Next { activity } => ActivityAct::Next { activity: ActivityId(activity) },
        ActivityAsk::Close { activity } => ActivityAct::Close { activity: ActivityId(activity) },
    })
}

async fn game_of(house: &House, ask: GameAsk, worth_max: Money) -> Result<Game, ApiError> {
    let price = match ask {
        GameAsk::Guess { item, price_minor, .. } => {
            let listed = item_of(house, item).await?.price;
            Some(price_minor.map_or(listed, |minor| Money { minor, ..listed }))
        }
        _ => None,
    };
    let waits_ms = match ask {
        GameAsk::Reflex { rounds, .. } => waits_ms(rounds)?,
        _ => vec![],
    };
    let money = |minor| Money { minor, ..worth_max };
    game(ask, money, price, waits_ms).map_err(|field| ApiError::field("bad-id", field))
}

/// When the signals come.
fn waits_ms(rounds: u8) -> Result<Vec<u64>, ApiError> {
    // One more than is allowed is enough to be refused.
    let mut dice = vec![0; usize::from(rounds).min(Limits::ROUNDS_MAX + 1) * 2];
    random(&mut dice)?;
    let wait = |two: &[u8; 2]| {
        let part = u64::from(u16::from_be_bytes(*two));
        WAITS_MS.start + part * (WAITS_MS.end - WAITS_MS.start) / 65_536
    };
    Ok(dice.as_chunks().0.iter().map(wait).collect())
}

/// The game that a form on the wire means: amounts as `money` has them, a price to guess and the waits before signals from
/// outside. An error is the field that cannot be read.
pub(crate) fn game(
    ask: GameAsk,
    money: impl Fn(i64) -> Money,
    price: Option<Money>,
    waits_ms: Vec<u64>,
) -> Result<Game, &'static str> {
    Ok(match ask {
        GameAsk::Vote { options, lasts_ms } => {
            let option = |it: ChoiceWire| Choice { text: it.text, item: it.item.map(ItemId) };
            Game::Vote { options: options.into_iter().map(option).collect(), lasts_ms }
        }
        GameAsk::Quiz { questions, elimination } => {
            let question = |it: QuestionAsk| QuizQuestion {
                text: it.text,
                options: it.options,
                right: it.right,
                why: it.why,
                window_ms: it.window_ms,
            };
            Game::Quiz { questions: questions.into_iter().map(question).collect(), elimination }
        }
        GameAsk::Guess { item, lasts_ms, .. } => {
            Game::Guess { item: ItemId(item), price: price.ok_or("game.price_minor")?, lasts_ms }
        }
        GameAsk::Task { watch_ms, ask, share, follow, lasts_ms } => {
            Game::Task { watch_ms, ask, share, follow, lasts_ms }
        }
        GameAsk::First { item, lasts_ms } => Game::First { item: item.map(ItemId), lasts_ms },
        GameAsk::Packet { budget_minor, parts, even, lasts_ms } => {
            Game::Packet { budget: money(budget_minor), parts, even, lasts_ms }
        }
        GameAsk::Pk { sides, rival, forfeit, lasts_ms, gift_point_minor } => {
            let rival = rival.map(|it| RoomId::new(&it)).transpose().map_err(|_| "game.rival")?;
            Game::Pk { sides, rival, forfeit, lasts_ms, gift_point: gift_point_minor.map(&money) }
        }
        GameAsk::Wheel { slices, lasts_ms } => {
            let slice = |it: SliceAsk| {
                let prize = it.prize.map(|it| prize_of(it, &money));
                Slice { label: it.label, weight: it.weight, prize }
            };
            Game::Wheel { slices: slices.into_iter().map(slice).collect(), lasts_ms }
        }
        GameAsk::Reflex { limit_ms, .. } => Game::Reflex { waits_ms, limit_ms },
    })
}

pub(crate) fn prize_of(ask: PrizeAsk, money: impl Fn(i64) -> Money) -> Prize {
    Prize { what: ask.what, worth: money(ask.worth_minor), count: ask.count }
}

fn random(bytes: &mut [u8]) -> Result<(), ApiError> {
    aws_lc_rs::rand::fill(bytes).map_err(|fault| ApiError::unavailable("drawing a seed", &fault))
}
