//! How far one person gets through steps: the latest start of every step, in constant memory. It does not know groups
//! or filters.

use crate::question::STEPS_MAX;

/// A start or time that is not there; far enough from the least number that differences do not overflow.
const NEVER: i64 = i64::MIN / 4;

/// What is fixed for all people: which step has to come before which, and the window.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) steps: usize,
    pub(crate) window_ms: i64,
    /// The last step before that is not optional; of the first step, itself.
    pub(crate) before: [u8; STEPS_MAX],
}

impl Plan {
    pub(crate) fn new(optional: &[bool], window_s: u64) -> Plan {
        let mut before = [0; STEPS_MAX];
        let mut required = 0;
        for (step, optional) in optional.iter().enumerate() {
            before[step] = required;
            if !optional {
                required = step as u8;
            }
        }
        Plan { steps: optional.len(), window_ms: window_s as i64 * 1000, before }
    }
}

/// One person's way through the steps.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Bit `k`: step `k` was reached.
    pub(crate) reached: u32,
    /// When it first was.
    reached_ms: [i64; STEPS_MAX],
    /// How long that took from the latest start.
    pub(crate) took_ms: [i64; STEPS_MAX],
    // The latest start of a chain that got to each step; strict: that ended with the fact before.
    start: [i64; STEPS_MAX],
    // When a fact that meets the step was last seen.
    seen: [i64; STEPS_MAX],
    last_ms: i64,
    done_ms: i64,
}

impl Chain {
    pub(crate) fn new() -> Chain {
        let never = [NEVER; STEPS_MAX];
        Chain {
            reached: 0,
            reached_ms: never,
            took_ms: never,
            start: never,
            seen: never,
            last_ms: NEVER,
            done_ms: i64::MAX,
        }
    }

    /// Forgets the person. Fields behind a bit of `reached` need no clearing.
    #[inline(always)]
    pub(crate) fn clear(&mut self, plan: &Plan) {
        self.reached = 0;
        self.last_ms = NEVER;
        self.done_ms = i64::MAX;
        self.start[..plan.steps].fill(NEVER);
        self.seen[..plan.steps].fill(NEVER);
    }

    /// Whether nothing after this time can change anything.
    #[inline(always)]
    pub(crate) fn is_done(&self, at_ms: i64) -> bool {
        at_ms > self.done_ms
    }

    #[inline]
    fn reach(&mut self, plan: &Plan, step: usize, at_ms: i64, start_ms: i64) {
        if self.reached & (1 << step) == 0 {
            self.reached |= 1 << step;
            self.reached_ms[step] = at_ms;
            self.took_ms[step] = at_ms - start_ms;
            if self.reached.count_ones() as usize == plan.steps {
                self.done_ms = at_ms;
            }
        } else if self.reached_ms[step] == at_ms {
            self.took_ms[step] = self.took_ms[step].min(at_ms - start_ms);
        }
    }

    /// Takes a fact that meets one step. Facts of equal time may come in any order.
    #[inline(always)]
    pub(crate) fn ordered(&mut self, plan: &Plan, at_ms: i64, step: usize) {
        let start_ms = if step == 0 { at_ms } else { self.start[plan.before[step] as usize] };
        self.seen[step] = at_ms;
        if at_ms - start_ms <= plan.window_ms {
            self.start[step] = start_ms;
            self.reach(plan, step, at_ms, start_ms);
            if at_ms == self.last_ms {
                self.catch_up(plan, at_ms, step);
            }
        }
        self.last_ms = at_ms;
    }

    /// Facts of the same time that arrived before a step they come after count from now on.
    #[cold]
    fn catch_up(&mut self, plan: &Plan, at_ms: i64, from: usize) {
        for step in from + 1..plan.steps {
            let start_ms = self.start[plan.before[step] as usize];
            if self.seen[step] == at_ms && at_ms - start_ms <= plan.window_ms && start_ms > self.start[step] {
                self.start[step] = start_ms;
                self.reach(plan, step, at_ms, start_ms);
            }
        }
    }

    /// Takes all facts of one time, some of which meet several steps: each kind of fact with how many there are.
    /// One fact serves one step, so that steps and facts have to be matched.
    pub(crate) fn ordered_together(&mut self, plan: &Plan, at_ms: i64, kinds: &[(u32, u32)]) {
        let any = kinds.iter().fold(0, |bits, it| bits | it.0);
        let facts = kinds.iter().map(|it| it.1 as usize).sum::<usize>();
        let before = self.start;
        for step in (0..plan.steps).filter(|it| any & (1 << it) != 0) {
            // The steps that lead here, last first. Leaning on as many facts of this time as can be gives the latest start.
            let mut way = [0u8; STEPS_MAX];
            let mut long = 0;
            let mut next = step;
            loop {
                way[long] = next as u8;
                long += 1;
                if next == 0 {
                    break;
                }
                next = plan.before[next] as usize;
            }
            for used in (1..=long.min(facts)).rev() {
                let start_ms = if used == long { at_ms } else { before[way[used] as usize] };
                // One fact that meets the step is known to be there.
                let within = at_ms - start_ms <= plan.window_ms;
                if within && (used == 1 || can_be_served(&way[..used], kinds)) {
                    self.start[step] = self.start[step].max(start_ms);
                    self.reach(plan, step, at_ms, start_ms);
                    break;
                }
            }
        }
        self.last_ms = at_ms;
    }

    /// Takes a fact that must follow the one before directly. `bits` may be empty: then it breaks the chain.
    #[inline]
    pub(crate) fn strict(&mut self, plan: &Plan, at_ms: i64, bits: u32) {
        // `start` are those of chains that end with the fact before; `seen` become those that end with this one.
        let mut rest = bits;
        self.seen[..plan.steps].fill(NEVER);
        while rest != 0 {
            let step = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let before = &self.start[plan.before[step] as usize..step.max(1)];
            let start_ms = if step == 0 { at_ms } else { before.iter().copied().max().unwrap_or(NEVER) };
            if at_ms - start_ms <= plan.window_ms {
                self.seen[step] = start_ms;
                self.reach(plan, step, at_ms, start_ms);
            }
        }
        std::mem::swap(&mut self.start, &mut self.seen);
    }

    /// Takes a fact of steps in any order; `reached` then counts how many different ones were met, not which.
    #[inline]
    pub(crate) fn any(&mut self, plan: &Plan, at_ms: i64, bits: u32) {
        let mut rest = bits;
        while rest != 0 {
            self.seen[rest.trailing_zeros() as usize] = at_ms;
            rest &= rest - 1;
        }
        let mut latest = self.seen;
        let latest = &mut latest[..plan.steps];
        latest.sort_unstable_by(|a, b| b.cmp(a));
        for (nth, start_ms) in latest.iter().enumerate().take_while(|it| at_ms - it.1 <= plan.window_ms) {
            self.reach(plan, nth, at_ms, *start_ms);
        }
    }
}

/// Whether each step can have a fact of its own: matching by augmenting paths over at most 20 steps.
fn can_be_served(steps: &[u8], kinds: &[(u32, u32)]) -> bool {
    let mut serves: Vec<Vec<usize>> = vec![vec![]; kinds.len()];
    (0..steps.len()).all(|at| {
        let mut tried = vec![false; kinds.len()];
        serve(at, steps, kinds, &mut serves, &mut tried)
    })
}

fn serve(
    at: usize,
    steps: &[u8],
    kinds: &[(u32, u32)],
    serves: &mut [Vec<usize>],
    tried: &mut [bool],
) -> bool {
    for kind in 0..kinds.len() {
        if tried[kind] || kinds[kind].0 & (1 << steps[at]) == 0 {
            continue;
        }
        tried[kind] = true;
        if serves[kind].len() < kinds[kind].1 as usize {
            serves[kind].push(at);
            return true;
        }
        for slot in 0..serves[kind].len() {
            if serve(serves[kind][slot], steps, kinds, serves, tried) {
                serves[kind][slot] = at;
                return true;
            }
        }
    }
    false
}
