//! The time that rooms see. It does not know time zones.

use linger_protocol::Millis;
use std::{
    sync::Mutex,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Where the engine gets the time from.
pub trait Clock: Send + Sync + 'static {
    /// Now. Never earlier than an answer given before.
    fn now(&self) -> Millis;

    /// From now on no answer is earlier than `at`: a moment that stands in a log already.
    fn reach(&self, at: Millis);
}

/// How far the wall clock may run away from the steady one, in ms, before it counts as a jump.
const JUMP_MS: i64 = 1_000;
/// Ms by which a jump is made good for every second of real time: holds and countdowns stretch or shrink by a tenth,
/// and are never cut off.
const SLEW_MS_PER_S: i64 = 100;

/// The wall clock without its jumps: it follows the steady clock, and walks slowly towards the wall clock when somebody
/// has set that anew.
pub struct SteadyClock {
    state: Mutex<State>,
}

struct State {
    read_at: Instant,
    told: Millis,
}

impl SteadyClock {
    /// A clock that begins at the wall clock's time.
    pub fn start() -> SteadyClock {
        SteadyClock { state: Mutex::new(State { read_at: Instant::now(), told: wall_now() }) }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Millis {
        let mut state = self.state.lock().unwrap_or_else(|it| it.into_inner());
        let elapsed = state.read_at.elapsed();
        // Fractions of a millisecond stay in `read_at`, so that frequent reading loses nothing.
        let whole = Duration::from_millis(u64::try_from(elapsed.as_millis()).unwrap_or(0));
        state.read_at += whole;
        let elapsed_ms = i64::try_from(whole.as_millis()).unwrap_or(0);
        state.told = steer(state.told, elapsed_ms, wall_now());
        state.told
    }

    fn reach(&self, at: Millis) {
        let mut state = self.state.lock().unwrap_or_else(|it| it.into_inner());
        state.told = state.told.max(at);
    }
}

fn steer(told: Millis, elapsed_ms: i64, wall: Millis) -> Millis {
    let steady = told.0 + elapsed_ms;
    let away = wall.0 - steady;
    if away.abs() < JUMP_MS {
        return Millis(steady.max(told.0));
    }
    let slew = (elapsed_ms * SLEW_MS_PER_S / 1_000).min(away.abs());
    Millis((steady + slew * away.signum()).max(told.0))
}

fn wall_now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_set_back_an_hour_does_not_turn_time_back() {
        let mut told = Millis(10_000_000);
        for _ in 0..100 {
            let next = steer(told, 1_000, Millis(told.0 - 3_600_000));
            assert!(next >= told);
            assert!(next.0 - told.0 >= 900, "time went on at nine tenths or more");
            told = next;
        }
    }

    #[test]
    fn a_wall_clock_set_on_a_day_is_approached_slowly() {
        let next = steer(Millis(0), 1_000, Millis(86_400_000));
        assert_eq!(next, Millis(1_100));
    }

    #[test]
    fn small_differences_are_left_alone() {
        assert_eq!(steer(Millis(5_000), 10, Millis(5_600)), Millis(5_010));
    }
}
