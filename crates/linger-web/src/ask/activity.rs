//! What is asked about activities, as the room understands it: prices from the catalogue, amounts in the shop's currency,
//! seeds, waits left to chance, and how long somebody has watched. It does not know whether the room agrees.

use super::{Asker, item_of, parse};
use crate::{
    error::ApiError,
    house::House,
    wire::{ActivityAsk, ChoiceWire, GameAsk, PlayAsk, PrizeAsk},
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
            let prize = prize.map(|it| prize_of(it, worth_max));
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
            let activity = ActivityId(activity);
            if let Some(desk) = house.desk(room) {
                desk.hub.know(person, &asker.name);
            }
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
            ActivityAct::Play { activity, play, device: 0 }
        }
        ActivityAsk::Next { activity } => ActivityAct::Next { activity: ActivityId(activity) },
        ActivityAsk::Close { activity } => ActivityAct::Close { activity: ActivityId(activity) },
    })
}

async fn game_of(house: &House, ask: GameAsk, worth_max: Money) -> Result<Game, ApiError> {
    Ok(match ask {
        GameAsk::Vote { options, lasts_ms } => {
            let options =
                options.into_iter().map(|ChoiceWire { text, item }| Choice { text, item: item.map(ItemId) });
            Game::Vote { options: options.collect(), lasts_ms }
        }
        GameAsk::Quiz { questions, elimination } => {
            let questions = questions.into_iter().map(|it| QuizQuestion {
                text: it.text,
                options: it.options,
                right: it.right,
                why: it.why,
                window_ms: it.window_ms,
            });
            Game::Quiz { questions: questions.collect(), elimination }
        }
        GameAsk::Guess { item, price_minor, lasts_ms } => {
            let listed = item_of(house, item).await?;
            let price = price_minor.map_or(listed.price, |minor| Money { minor, ..listed.price });
            Game::Guess { item: ItemId(item), price, lasts_ms }
        }
        GameAsk::Task { watch_ms, ask, share, follow, lasts_ms } => {
            Game::Task { watch_ms, ask, share, follow, lasts_ms }
        }
        GameAsk::First { item, lasts_ms } => Game::First { item: item.map(ItemId), lasts_ms },
        GameAsk::Packet { budget_minor, parts, even, lasts_ms } => {
            Game::Packet { budget: Money { minor: budget_minor, ..worth_max }, parts, even, lasts_ms }
        }
        GameAsk::Pk { sides, rival, forfeit, lasts_ms } => {
            let rival = rival.map(|rival| parse::<RoomId>(&rival, "rival")).transpose()?;
            Game::Pk { sides, rival, forfeit, lasts_ms }
        }
        GameAsk::Wheel { slices, lasts_ms } => {
            let slices = slices.into_iter().map(|it| Slice {
                label: it.label,
                weight: it.weight,
                prize: it.prize.map(|it| prize_of(it, worth_max)),
            });
            Game::Wheel { slices: slices.collect(), lasts_ms }
        }
        GameAsk::Reflex { rounds, limit_ms } => {
            // One more than is allowed is enough to be refused.
            let rounds = usize::from(rounds).min(Limits::ROUNDS_MAX + 1);
            let mut dice = vec![0; rounds * 2];
            random(&mut dice)?;
            let wait = |two: &[u8; 2]| {
                let part = u64::from(u16::from_be_bytes(*two));
                WAITS_MS.start + part * (WAITS_MS.end - WAITS_MS.start) / 65_536
            };
            Game::Reflex { waits_ms: dice.as_chunks().0.iter().map(wait).collect(), limit_ms }
        }
    })
}

fn prize_of(ask: PrizeAsk, worth_max: Money) -> Prize {
    Prize { what: ask.what, worth: Money { minor: ask.worth_minor, ..worth_max }, count: ask.count }
}

fn random(bytes: &mut [u8]) -> Result<(), ApiError> {
    aws_lc_rs::rand::fill(bytes).map_err(|fault| ApiError::unavailable("drawing a seed", &fault))
}
