//! Who says what and when in a flood: bursts of ten times the mean that die away within seconds, a few people who write
//! much, applause, and questions from many.
//!
//! The shape is that of recorded live chats, in which the fullest second has 4 to 49 times the comments of the mean and the
//! top tenth of those who write make 36 to 59 % of it. It does not know sockets.

use super::Counts;
use crate::crowd::{danmu, lines};
use crate::dice::Dice;
use crate::goods::About;
use crate::load::stamp;
use crate::wire::{Act, Tell};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, interval};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Control,
    Host,
    Question,
    Talk,
    Reaction,
}

/// What viewers say.
pub(super) const OF_VIEWERS: [Kind; 3] = [Kind::Question, Kind::Talk, Kind::Reaction];
/// A number's upper digits say the kind.
const OF_A_KIND: u32 = 100_000_000;

impl Kind {
    pub(super) const ALL: [Kind; 5] = [Kind::Control, Kind::Host, Kind::Question, Kind::Talk, Kind::Reaction];

    pub(super) fn may_be_thinned(self) -> bool {
        matches!(self, Kind::Talk | Kind::Reaction)
    }

    pub(super) fn number(self, n: u64) -> u32 {
        self as u32 * OF_A_KIND + (n % u64::from(OF_A_KIND)) as u32
    }

    pub(super) fn of_number(number: u32) -> Option<Kind> {
        Kind::ALL.get((number / OF_A_KIND) as usize).copied()
    }
}

/// How much larger than the mean a burst is, how long it lasts, and how quickly it dies away then.
const BURST: f64 = 10.0;
const BURST_S: f64 = 1.0;
const BURST_DIES_S: f64 = 0.5;
/// Seconds from one burst to the next, about.
const BURST_EVERY_S: f64 = 20.0;
/// What is said between bursts, as a share of the mean: with the bursts it makes the mean.
const CALM: f64 = 1.0 - BURST * (BURST_S + BURST_DIES_S) / BURST_EVERY_S;
/// Shares of what is said: calmly, and in a burst, which is mostly a chorus.
const QUESTIONS: [f64; 2] = [0.10, 0.03];
const REACTIONS_SHARE: [f64; 2] = [0.35, 0.70];
/// Time between two comments of one person: what a server allows in the long run.
const PERSON_GAP: Duration = Duration::from_millis(250);
/// Spread of how much people write: the top tenth makes about half.
const CHATTY_SIGMA: f64 = 1.3;
/// How often each socket says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(5);

/// Everybody who may say something.
pub(super) struct Crowd {
    dice: Dice,
    mean_per_s: f64,
    /// Sums of everybody's readiness up to each person.
    readiness: Vec<f64>,
    spoke: Vec<Option<Instant>>,
    bursts: Vec<f64>,
}

impl Crowd {
    pub(super) fn new(seed: u64, mean_per_s: f64, people: usize) -> Crowd {
        let mut dice = Dice::of(seed, "flood");
        let mut sum = 0.0;
        let readiness = (0..people)
            .map(|_| {
                sum += dice.lognormal(1.0, CHATTY_SIGMA);
                sum
            })
            .collect();
        Crowd { dice, mean_per_s, readiness, spoke: vec![None; people], bursts: vec![] }
    }

    /// Speaks for so long; gives how much was said in the fullest second.
    pub(super) async fn speak(
        mut self,
        counts: &Counts,
        mouths: &[UnboundedSender<String>],
        length: Duration,
    ) -> u64 {
        let began = Instant::now();
        let mut ticks = interval(TICK);
        let (mut owed, mut at, mut beaten) = (0.0, 0.0, 0);
        let mut seconds = vec![0u64; length.as_secs() as usize + 2];
        let mut burst_at = 2.0;
        while began.elapsed() < length {
            ticks.tick().await;
            let now = began.elapsed().as_secs_f64();
            if now >= burst_at {
                self.bursts.push(burst_at);
                burst_at += BURST_EVERY_S * self.dice.between(0.7, 1.3);
            }
            let (calm, burst) = self.rates(now);
            owed += (calm + burst) * (now - at);
            at = now;
            while owed >= 1.0 {
                owed -= 1.0;
                let in_burst = self.dice.chance(burst / (calm + burst));
                if self.say(counts, mouths, usize::from(in_burst)) {
                    seconds[now as usize] += 1;
                }
            }
            // Spread evenly, so that a thousand hearts do not beat at once.
            let due = (now / HEARTBEAT.as_secs_f64() * mouths.len() as f64) as usize;
            for place in beaten..due {
                // A socket that is gone says nothing.
                let _ = mouths[place % mouths.len()].send(r#"{"t":"ping","n":1}"#.to_owned());
            }
            beaten = due;
        }
        seconds.into_iter().max().unwrap_or(0)
    }

    /// Comments a second: calmly, and of the bursts that have not died away.
    fn rates(&self, now: f64) -> (f64, f64) {
        let of = |began: &f64| (-(now - began - BURST_S).max(0.0) / BURST_DIES_S).exp();
        let bursts: f64 = self.bursts.iter().map(of).sum();
        (CALM * self.mean_per_s, BURST * bursts * self.mean_per_s)
    }

    fn say(&mut self, counts: &Counts, mouths: &[UnboundedSender<String>], mood: usize) -> bool {
        let now = Instant::now();
        let Some(place) = self.person(now) else { return false };
        self.spoke[place] = Some(now);
        let chance = self.dice.unit();
        let kind = match chance {
            it if it < QUESTIONS[mood] => Kind::Question,
            it if it < QUESTIONS[mood] + REACTIONS_SHARE[mood] => Kind::Reaction,
            _ => Kind::Talk,
        };
        let number = kind.number(counts.sent[kind as usize].fetch_add(1, Relaxed));
        let text = with_mark(&words(&mut self.dice, kind), &stamp::mark(number, stamp::now_us()));
        let ask = Tell::Ask { id: number, act: Act::Say { text, answers: None } };
        mouths[place].send(ask.to_text()).is_ok()
    }

    /// Somebody who may speak now; nobody when those asked have all just spoken.
    fn person(&mut self, now: Instant) -> Option<usize> {
        let all = self.readiness.last().copied().unwrap_or(0.0);
        (0..32).find_map(|_| {
            let lot = self.dice.unit() * all;
            let place = self.readiness.partition_point(|sum| *sum <= lot);
            let last = self.spoke.get(place)?;
            last.is_none_or(|last| now - last >= PERSON_GAP).then_some(place)
        })
    }
}

/// A mark where it does not hide a question: Chinese ones are told by how they end, English ones by how they begin.
fn with_mark(words: &str, mark: &str) -> String {
    if words.is_ascii() { format!("{words} {mark}") } else { format!("{mark} {words}") }
}

fn words(dice: &mut Dice, kind: Kind) -> String {
    let pick = |dice: &mut Dice, lines: &[&str]| dice.pick(lines).copied().unwrap_or("666").to_owned();
    let chinese = dice.chance(0.6);
    match kind {
        Kind::Question => {
            let about = dice.pick(&About::ALL).copied().unwrap_or(About::Price);
            let lines = lines::questions(about);
            pick(dice, if chinese { lines.zh } else { lines.en })
                .replace("{it}", if chinese { "杯子" } else { "cup" })
        }
        Kind::Reaction => pick(dice, if chinese { lines::CHORUS.zh } else { lines::CHORUS.en }),
        Kind::Control | Kind::Host | Kind::Talk => {
            let bytes = 20 + dice.below(120);
            danmu(dice, bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_understood_as_one() {
        let mut dice = Dice::new(7);
        for n in 0..2_000 {
            let words = words(&mut dice, Kind::Question);
            let text = with_mark(&words, &stamp::mark(Kind::Question.number(n), n));
            assert!(linger_room::question::topic(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn numbers_say_their_kind() {
        for kind in Kind::ALL {
            for n in [0, 99_999_999, 100_000_000] {
                assert_eq!(Kind::of_number(kind.number(n)), Some(kind));
            }
        }
        assert_eq!(Kind::of_number(u32::MAX), None);
    }

    #[test]
    fn bursts_are_ten_times_the_mean_and_the_mean_is_the_mean() {
        let mut crowd = Crowd::new(1, 100.0, 1_000);
        let (calm, none) = crowd.rates(0.0);
        assert_eq!((calm, none), (25.0, 0.0));
        crowd.bursts.push(0.0);
        assert_eq!(crowd.rates(0.9), (25.0, 1_000.0));
        let both = |ms: u32| crowd.rates(f64::from(ms) / 1_000.0);
        let said: f64 = (0..20_000).map(both).map(|(calm, burst)| (calm + burst) / 1_000.0).sum();
        assert!((said / 20.0 - 100.0).abs() < 1.0, "{said} in twenty seconds");
    }

    #[test]
    fn the_top_tenth_says_about_half() {
        let crowd = Crowd::new(1, 100.0, 5_000);
        let mut each: Vec<f64> = crowd.readiness.windows(2).map(|pair| pair[1] - pair[0]).collect();
        each.sort_by(|a, b| b.total_cmp(a));
        let share = each[..500].iter().sum::<f64>() / each.iter().sum::<f64>();
        assert!((0.36..0.59).contains(&share), "{share}");
    }
}
