//! Owns a weak network in miniature: loss, delay, jitter and a narrow link with a queue in front of it, the same for
//! the same seed.
//!
//! It does not know what the packets are.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// What happens to a viewer's packets, each way by itself. The default is a perfect network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The share of packets that are lost, 0 to 1.
    pub loss: f64,
    /// How long every packet takes.
    pub delay: Duration,
    /// How much longer some packets take, evenly from nothing to this. Packets may overtake each other.
    pub jitter: Duration,
    /// What the link carries; `None` for as much as comes.
    pub bits_per_second: Option<u64>,
    /// How long a packet may wait for the link before it is lost.
    pub queue_max: Duration,
    /// Decides which packets are lost and which are late.
    pub seed: u64,
}

impl Default for Network {
    fn default() -> Self {
        Network {
            loss: 0.0,
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            bits_per_second: None,
            queue_max: Duration::from_millis(300),
            seed: 1,
        }
    }
}

impl Network {
    pub(super) fn is_perfect(&self) -> bool {
        let instant = self.delay.is_zero() && self.jitter.is_zero();
        instant && self.loss <= 0.0 && self.bits_per_second.is_none()
    }
}

/// One direction of a network.
pub(super) struct Pipe<T> {
    network: Network,
    noise: u64,
    count: u64,
    link_free_at: Option<Instant>,
    under_way: BinaryHeap<Parcel<T>>,
}

struct Parcel<T> {
    due: Instant,
    number: u64,
    item: T,
}

impl<T> Pipe<T> {
    pub(super) fn new(network: Network, direction: u64) -> Self {
        let noise = network.seed ^ direction.rotate_left(32);
        Pipe { network, noise, count: 0, link_free_at: None, under_way: BinaryHeap::new() }
    }

    /// Sends a packet on its way, or loses it.
    pub(super) fn push(&mut self, item: T, bytes: usize, now: Instant) {
        let (is_lost, late) = (self.roll() < self.network.loss, self.roll());
        let Some(leaves_at) = self.through_link(bytes, now) else { return };
        if is_lost {
            return;
        }
        let due = leaves_at + self.network.delay + self.network.jitter.mul_f64(late);
        self.count += 1;
        self.under_way.push(Parcel { due, number: self.count, item });
    }

    /// The next packet that has arrived.
    pub(super) fn pop(&mut self, now: Instant) -> Option<T> {
        if self.next_at()? > now {
            return None;
        }
        self.under_way.pop().map(|parcel| parcel.item)
    }

    pub(super) fn next_at(&self) -> Option<Instant> {
        self.under_way.peek().map(|parcel| parcel.due)
    }

    fn through_link(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let Some(rate) = self.network.bits_per_second else { return Some(now) };
        let starts_at = self.link_free_at.map_or(now, |free| free.max(now));
        if starts_at.saturating_duration_since(now) > self.network.queue_max {
            return None;
        }
        let done_at = starts_at + Duration::from_secs_f64(bytes as f64 * 8.0 / rate.max(1) as f64);
        self.link_free_at = Some(done_at);
        Some(done_at)
    }

    /// An even number from 0 to 1 (SplitMix64).
    fn roll(&mut self) -> f64 {
        self.noise = self.noise.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.noise;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl<T> Ord for Parcel<T> {
    /// The heap gives the greatest first, which is to be the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.number).cmp(&(self.due, self.number))
    }
}

impl<T> PartialOrd for Parcel<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Parcel<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Parcel<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(network: Network, packets: u32, step: Duration) -> Vec<(u32, Duration)> {
        let start = Instant::now();
        let mut pipe = Pipe::new(network, 1);
        for number in 0..packets {
            pipe.push(number, 1_250, start + step * number);
        }
        let mut seen = Vec::new();
        while let Some(at) = pipe.next_at() {
            let number = pipe.pop(at).expect("it is due");
            seen.push((number, at - start));
        }
        seen
    }

    #[test]
    fn the_same_seed_loses_the_same_packets_and_about_the_right_share() {
        let network = Network { loss: 0.1, ..Network::default() };
        let once = arrivals(network.clone(), 10_000, Duration::from_millis(1));
        assert_eq!(once, arrivals(network.clone(), 10_000, Duration::from_millis(1)));
        assert!((8_850..=9_150).contains(&once.len()), "{}", once.len());
        let other = Network { seed: 2, ..network };
        assert_ne!(once, arrivals(other, 10_000, Duration::from_millis(1)));
    }

    #[test]
    fn delay_holds_back_and_jitter_lets_packets_overtake() {
        let delay = Duration::from_millis(50);
        let steady = Network { delay, ..Network::default() };
        assert!(arrivals(steady, 3, delay).iter().all(|(number, at)| *at == delay * (number + 1)));
        let shaky = Network { jitter: delay, ..Network::default() };
        let numbers: Vec<u32> =
            arrivals(shaky, 100, Duration::from_millis(1)).into_iter().map(|(number, _)| number).collect();
        assert!(!numbers.is_sorted());
    }

    #[test]
    fn a_narrow_link_takes_its_time_and_its_queue_overflows() {
        let network = Network {
            bits_per_second: Some(1_000_000),
            queue_max: Duration::from_millis(45),
            ..Network::default()
        };
        // A packet of 10,000 bits takes the link 10 ms.
        let seen = arrivals(network, 20, Duration::ZERO);
        let times: Vec<u128> = seen.iter().map(|(_, at)| at.as_millis()).collect();
        assert_eq!(times, [10, 20, 30, 40, 50]);
    }
}
