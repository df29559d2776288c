//! Owns the choice of one simulcast layer: the best one that lives is forwarded, the others are dropped.
//!
//! It does not know viewers; all of them get the same layer.

use std::time::{Duration, Instant};

use str0m::media::Rid;

/// Layers tracked at most; packets of further ones are dropped.
const LAYERS_MAX: usize = 4;
/// Rates are compared over this time.
const WINDOW: Duration = Duration::from_secs(1);
/// Another layer must carry this much more to be worth a switch.
const BETTER_BY: f64 = 1.2;

#[derive(Debug)]
struct Layer {
    rid: Option<Rid>,
    bytes: u64,
    rate: u64,
}

/// What to do with a packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Forward,
    /// Forward; it is the first packet of a layer that takes over.
    Switch,
    Drop,
}

/// Picks the layer to forward by what each one carries.
#[derive(Debug, Default)]
pub(crate) struct LayerPick {
    layers: Vec<Layer>,
    current: usize,
    target: Option<usize>,
    window_from: Option<Instant>,
}

impl LayerPick {
    /// Judges one video packet. A switch happens only where a keyframe starts.
    pub(crate) fn judge(
        &mut self,
        rid: Option<Rid>,
        bytes: usize,
        starts_keyframe: bool,
        now: Instant,
    ) -> Choice {
        let Some(index) = self.index_of(rid) else { return Choice::Drop };
        self.layers[index].bytes += bytes as u64;
        self.compare(now);
        if self.target == Some(index) && starts_keyframe {
            self.current = index;
            self.target = None;
            return Choice::Switch;
        }
        if index == self.current { Choice::Forward } else { Choice::Drop }
    }

    /// The layer a keyframe should be asked of: the one about to take over, else the forwarded one.
    pub(crate) fn wanted(&self) -> Option<Rid> {
        self.layers.get(self.target.unwrap_or(self.current)).and_then(|layer| layer.rid)
    }

    /// A switch waits for a keyframe of its layer.
    pub(crate) fn awaits_keyframe(&self) -> bool {
        self.target.is_some()
    }

    fn index_of(&mut self, rid: Option<Rid>) -> Option<usize> {
        if let Some(index) = self.layers.iter().position(|layer| layer.rid == rid) {
            return Some(index);
        }
        if self.layers.len() == LAYERS_MAX {
            return None;
        }
        self.layers.push(Layer { rid, bytes: 0, rate: 0 });
        Some(self.layers.len() - 1)
    }

    fn compare(&mut self, now: Instant) {
        let from = *self.window_from.get_or_insert(now);
        if now.saturating_duration_since(from) < WINDOW {
            return;
        }
        self.window_from = Some(now);
        for layer in &mut self.layers {
            layer.rate = std::mem::take(&mut layer.bytes);
        }
        let best = (0..self.layers.len()).max_by_key(|&index| self.layers[index].rate);
        let rate_now = self.layers[self.current].rate as f64;
        self.target =
            best.filter(|&best| best != self.current && self.layers[best].rate as f64 > rate_now * BETTER_BY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Feed {
        pick: LayerPick,
        now: Instant,
    }

    impl Feed {
        fn second(&mut self, small: usize, large: usize) {
            for _ in 0..12 {
                self.now += Duration::from_millis(101);
                for (rid, bytes) in [("q", small), ("f", large)] {
                    if bytes > 0 {
                        self.pick.judge(Some(rid.into()), bytes, false, self.now);
                    }
                }
            }
        }

        fn packet(&mut self, rid: &str, starts_keyframe: bool) -> Choice {
            self.pick.judge(Some(rid.into()), 1, starts_keyframe, self.now)
        }
    }

    #[test]
    fn one_layer_is_forwarded_and_the_better_one_takes_over_at_its_keyframe() {
        let mut feed = Feed { pick: LayerPick::default(), now: Instant::now() };
        feed.second(100, 1_000);
        assert_eq!(feed.pick.wanted(), Some("f".into()));
        assert_eq!(feed.packet("q", false), Choice::Forward);
        assert_eq!(feed.packet("f", false), Choice::Drop);
        assert_eq!(feed.packet("f", true), Choice::Switch);
        assert_eq!(feed.packet("f", false), Choice::Forward);
        assert_eq!(feed.packet("q", true), Choice::Drop);
    }

    #[test]
    fn a_layer_that_falls_silent_is_left() {
        let mut feed = Feed { pick: LayerPick::default(), now: Instant::now() };
        feed.second(100, 1_000);
        feed.packet("f", true);
        feed.second(100, 0);
        feed.second(100, 0);
        assert_eq!(feed.pick.wanted(), Some("q".into()));
        assert_eq!(feed.packet("q", true), Choice::Switch);
    }

    #[test]
    fn more_layers_than_anybody_sends_are_dropped() {
        let mut pick = LayerPick::default();
        let now = Instant::now();
        for rid in ["a", "b", "c", "d"] {
            pick.judge(Some(rid.into()), 1, false, now);
        }
        assert_eq!(pick.judge(Some("e".into()), 1, true, now), Choice::Drop);
    }
}
