//! Which terms can be kept. It does not know who takes part.

use super::outcome::same_words;
use crate::{
    bounds::WHEEL_WEIGHT_MAX,
    shelf::Shelf,
    text::{at_most, bounded},
};
use linger_protocol::{Choice, Game, ItemId, Limits, Money, Prize, QuizQuestion, Refusal, Slice, Terms};

/// The terms as they are published: texts without outer blanks, everything within its bounds, or why not.
pub(super) fn checked(terms: &Terms, shelf: &Shelf, worth_max: Money) -> Result<Terms, Refusal> {
    let title = bounded(&terms.title, Limits::TITLE_CHARS)?.to_owned();
    let prize = terms.prize.as_ref().map(|it| checked_prize(it, worth_max)).transpose()?;
    let game = checked_game(&terms.game, shelf, worth_max)?;
    let wants_prize = matches!(game, Game::First { .. } | Game::Task { .. } | Game::Reflex { .. });
    let wants_none =
        matches!(game, Game::Vote { .. } | Game::Packet { .. } | Game::Wheel { .. } | Game::Pk { .. });
    if wants_prize && prize.is_none() || wants_none && prize.is_some() {
        return Err(Refusal::BadTerms);
    }
    Ok(Terms { title, game, prize })
}

fn checked_prize(prize: &Prize, worth_max: Money) -> Result<Prize, Refusal> {
    if !(1..=Limits::WINNERS_MAX).contains(&prize.count) {
        return Err(Refusal::BadQuantity);
    }
    worth(prize.worth, worth_max)?;
    Ok(Prize { what: bounded(&prize.what, Limits::TITLE_CHARS)?.to_owned(), ..prize.clone() })
}

/// What is given may be worth nothing in money, never less, and not more than the law allows. Amounts of another currency
/// cannot be compared and are refused.
fn worth(worth: Money, worth_max: Money) -> Result<(), Refusal> {
    if worth.minor < 0 || worth.minor > Limits::PRICE_MINOR_MAX || worth.currency != worth_max.currency {
        return Err(Refusal::BadAmount);
    }
    if worth.minor > worth_max.minor { Err(Refusal::PrizeTooHigh) } else { Ok(()) }
}

fn checked_game(game: &Game, shelf: &Shelf, worth_max: Money) -> Result<Game, Refusal> {
    if let Some(lasts_ms) = lasts_ms(game)
        && !(Limits::ACTIVITY_MS_MIN..=Limits::ACTIVITY_MS_MAX).contains(&lasts_ms)
    {
        return Err(Refusal::BadDuration);
    }
    let mut game = game.clone();
    match &mut game {
        Game::Vote { options, .. } => checked_choices(options, shelf)?,
        Game::Quiz { questions, .. } => {
            counted(questions.len(), 1, Limits::ROUNDS_MAX)?;
            questions.iter_mut().try_for_each(check_question)?;
        }
        Game::Guess { item, price, .. } => {
            listed(shelf, *item)?;
            if !(0..=Limits::PRICE_MINOR_MAX).contains(&price.minor) {
                return Err(Refusal::BadAmount);
            }
        }
        Game::Task { watch_ms, ask, share, follow, lasts_ms } => {
            if *watch_ms == 0 && !*ask && !*share && !*follow {
                return Err(Refusal::BadTerms);
            }
            if watch_ms > lasts_ms {
                return Err(Refusal::BadDuration);
            }
        }
        Game::First { item, .. } => item.map_or(Ok(()), |item| listed(shelf, item))?,
        Game::Packet { budget, parts, .. } => {
            if !(1..=Limits::PARTS_MAX).contains(parts) {
                return Err(Refusal::BadQuantity);
            }
            worth(*budget, worth_max)?;
            // Nobody's share is nothing.
            if budget.minor < i64::from(*parts) {
                return Err(Refusal::BadAmount);
            }
        }
        Game::Pk { sides, forfeit, gift_point, .. } => {
            let fit = |it: &Money| (1..=Limits::PRICE_MINOR_MAX).contains(&it.minor);
            if gift_point.is_some_and(|it| !fit(&it) || it.currency != worth_max.currency) {
                return Err(Refusal::BadAmount);
            }
            for side in &mut *sides {
                *side = bounded(side, Limits::NAME_CHARS)?.to_owned();
            }
            if same_words(&sides[0], &sides[1]) {
                return Err(Refusal::BadTerms);
            }
            at_most(forfeit, Limits::TITLE_CHARS)?;
            *forfeit = forfeit.trim().to_owned();
        }
        Game::Wheel { slices, .. } => checked_slices(slices, worth_max)?,
        Game::Reflex { waits_ms, limit_ms } => {
            counted(waits_ms.len(), 1, Limits::ROUNDS_MAX)?;
            let allowed = Limits::ACTIVITY_MS_MIN..=Limits::ROUND_MS_MAX;
            if !waits_ms.iter().all(|it| allowed.contains(it)) || !allowed.contains(limit_ms) {
                return Err(Refusal::BadDuration);
            }
        }
    }
    Ok(game)
}

/// How long a game lasts that does not go in steps.
pub(super) fn lasts_ms(game: &Game) -> Option<u64> {
    match game {
        Game::Vote { lasts_ms, .. }
        | Game::Guess { lasts_ms, .. }
        | Game::Task { lasts_ms, .. }
        | Game::First { lasts_ms, .. }
        | Game::Packet { lasts_ms, .. }
        | Game::Pk { lasts_ms, .. }
        | Game::Wheel { lasts_ms, .. } => Some(*lasts_ms),
        Game::Quiz { .. } | Game::Reflex { .. } => None,
    }
}

fn checked_choices(options: &mut [Choice], shelf: &Shelf) -> Result<(), Refusal> {
    counted(options.len(), 2, Limits::OPTIONS_MAX)?;
    for option in options.iter_mut() {
        option.text = bounded(&option.text, Limits::OPTION_CHARS)?.to_owned();
        option.item.map_or(Ok(()), |item| listed(shelf, item))?;
    }
    all_differ(options.iter().map(|it| it.text.as_str()))
}

fn check_question(question: &mut QuizQuestion) -> Result<(), Refusal> {
    question.text = bounded(&question.text, Limits::TITLE_CHARS)?.to_owned();
    question.why = bounded(&question.why, Limits::ANNOUNCEMENT_CHARS)?.to_owned();
    counted(question.options.len(), 2, Limits::OPTIONS_MAX)?;
    for option in &mut question.options {
        *option = bounded(option, Limits::OPTION_CHARS)?.to_owned();
    }
    if usize::from(question.right) >= question.options.len() {
        return Err(Refusal::BadOption);
    }
    if !(Limits::ACTIVITY_MS_MIN..=Limits::ROUND_MS_MAX).contains(&question.window_ms) {
        return Err(Refusal::BadDuration);
    }
    all_differ(question.options.iter().map(String::as_str))
}

fn checked_slices(slices: &mut [Slice], worth_max: Money) -> Result<(), Refusal> {
    counted(slices.len(), 2, Limits::OPTIONS_MAX)?;
    for slice in slices.iter_mut() {
        slice.label = bounded(&slice.label, Limits::OPTION_CHARS)?.to_owned();
        if !(1..=WHEEL_WEIGHT_MAX).contains(&slice.weight) {
            return Err(Refusal::BadQuantity);
        }
        slice.prize = slice.prize.as_ref().map(|it| checked_prize(it, worth_max)).transpose()?;
    }
    if slices.iter().all(|it| it.prize.is_some()) {
        return Err(Refusal::BadTerms);
    }
    all_differ(slices.iter().map(|it| it.label.as_str()))
}

fn counted(len: usize, least: usize, most: usize) -> Result<(), Refusal> {
    if (least..=most).contains(&len) { Ok(()) } else { Err(Refusal::BadQuantity) }
}

fn listed(shelf: &Shelf, item: ItemId) -> Result<(), Refusal> {
    shelf.line(item).map(|_| ())
}

fn all_differ<'a>(words: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let words: Vec<&str> = words.collect();
    let twice = |(place, word): (usize, &&str)| words[..place].iter().any(|before| same_words(before, word));
    if words.iter().enumerate().any(twice) { Err(Refusal::BadTerms) } else { Ok(()) }
}
