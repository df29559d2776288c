//! When frames are made and when sockets are roused to read them. In a room of many sockets one frame is a lot of work: what
//! may wait is told less often and to one part of the sockets after the other, so that what may not wait finds the way free.
//!
//! It does not know what is in a frame.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::sync::watch;

/// Parts of the sockets that are roused one after the other.
const PARTS: usize = 16;
/// Room to hand one unhurried frame to one socket. That takes some 5 to 10 µs of processor time, so that unhurried frames
/// take a third of one core at most.
const A_SOCKET: Duration = Duration::from_micros(25);
/// The longest that anything waits for the next unhurried frame.
const UNHURRIED_MAX: Duration = Duration::from_millis(250);

/// Least time between two unhurried frames; `frame_every` is that between any two.
pub(super) fn unhurried_every(sockets: usize, frame_every: Duration) -> Duration {
    let room = A_SOCKET.saturating_mul(u32::try_from(sockets).unwrap_or(u32::MAX));
    room.min(UNHURRIED_MAX).max(frame_every)
}

/// What rouses the sockets of one room.
pub(super) struct Bells {
    bells: [watch::Sender<u64>; PARTS],
    turn: AtomicUsize,
}

impl Bells {
    pub(super) fn new() -> Bells {
        Bells { bells: std::array::from_fn(|_| watch::Sender::new(0)), turn: AtomicUsize::new(0) }
    }

    /// A socket's own bell: one part as large as the other.
    pub(super) fn hear(&self) -> watch::Receiver<u64> {
        self.bells[self.turn.fetch_add(1, Ordering::Relaxed) % PARTS].subscribe()
    }

    pub(super) fn sockets(&self) -> usize {
        self.bells.iter().map(watch::Sender::receiver_count).sum()
    }

    /// Rouses everybody who does not know of frame `newest` yet.
    pub(super) fn ring_all(&self, newest: u64) {
        self.bells.iter().for_each(|bell| ring(bell, newest));
    }

    /// Rouses everybody, news or not.
    pub(super) fn alarm(&self) {
        self.bells.iter().for_each(|bell| bell.send_modify(|_| {}));
    }

    /// Rouses one part after the other until all know what is new, over so much time; then waits for more.
    pub(super) async fn ring_in_turn(
        &self,
        mut newest: watch::Receiver<u64>,
        over: impl Fn(usize) -> Duration,
    ) {
        while newest.changed().await.is_ok() {
            let step = over(self.sockets()) / PARTS as u32;
            for bell in &self.bells {
                // Not marked as seen: what comes in the middle of a round begins another one for those who had their turn.
                let now = *newest.borrow();
                if *bell.borrow() < now {
                    ring(bell, now);
                    tokio::time::sleep(step).await;
                }
            }
        }
    }
}

fn ring(bell: &watch::Sender<u64>, newest: u64) {
    bell.send_if_modified(|known| {
        let is_news = *known < newest;
        *known = newest.max(*known);
        is_news
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_rooms_wait_for_nothing_and_large_ones_for_a_quarter_of_a_second_at_most() {
        let every = |sockets| unhurried_every(sockets, Duration::from_millis(20)).as_millis();
        assert_eq!([0, 800, 2_000, 10_000, 1_000_000].map(every), [20, 20, 50, 250, 250]);
    }

    #[tokio::test]
    async fn every_part_hears_of_every_frame_and_nobody_twice() {
        let (bells, newest) = (Bells::new(), watch::Sender::new(0));
        let mut ears: Vec<_> = (0..4 * PARTS).map(|_| bells.hear()).collect();
        assert_eq!(bells.sockets(), 4 * PARTS);
        let rounds = bells.ring_in_turn(newest.subscribe(), |_| Duration::from_millis(16));
        let heard = async {
            newest.send_replace(1);
            ears[PARTS / 2].changed().await.expect("a bell");
            // In the middle of the round: those who had their turn hear of it as well.
            newest.send_replace(2);
            for ear in &mut ears {
                ear.wait_for(|known| *known == 2).await.expect("a bell");
            }
        };
        tokio::select! {
            () = rounds => unreachable!("it waits for more"),
            () = heard => {}
        }
        bells.ring_all(3);
        assert!(ears.iter().all(|ear| ear.has_changed().expect("a bell")));
        ears.iter_mut().for_each(|ear| ear.mark_unchanged());
        bells.ring_all(3);
        assert!(!ears.iter().any(|ear| ear.has_changed().expect("a bell")));
    }
}
