// The figures of a running show, kept up to date by steps, and what can be said about a range of it. Pure; it does not
// know how the figures are reckoned on the server nor how they are drawn.
import type { Insight, Second, Segment, Step } from '../wire';

/** Takes one step in; seconds that are known already are left as they are. */
export function foldStep(insight: Insight, step: Step): Insight {
  const last = insight.seconds.at(-1)?.s ?? -1;
  const fresh = step.seconds.filter((it) => it.s > last);
  const segments = [...insight.segments];
  for (const [index, segment] of step.segments) segments[index] = segment;
  return {
    began_at: insight.began_at,
    seconds: fresh.length ? [...insight.seconds, ...fresh] : insight.seconds,
    segments,
    curve: step.curve ?? insight.curve,
    totals: step.totals,
    arms: step.arms,
    rules: step.rules ?? insight.rules ?? [],
    since: step.since ?? null,
  };
}

/** Share of people leaving per minute at each second: the mean hazard of the last `window_s`, times 60. */
export function leavingPerMinute(seconds: readonly Second[], windowS = 30): number[] {
  let sum = 0;
  return seconds.map((it, index) => {
    sum += it.hazard;
    if (index >= windowS) sum -= seconds[index - windowS]!.hazard;
    return Math.max(0, (sum / Math.min(index + 1, windowS)) * 60);
  });
}

/** What happened between two seconds, both included. */
export interface RangeSum {
  fromS: number;
  toS: number;
  hereMean: number;
  herePeak: number;
  arrived: number;
  left: number;
  /** Share leaving per minute. */
  leaving: number;
  comments: number;
  likes: number;
  clicks: number;
  orders: number;
  paid: number;
  gmvMinor: number;
  stalls: number;
}

/** Adds up a range; undefined when nothing of it is known. */
export function sumRange(seconds: readonly Second[], fromS: number, toS: number): RangeSum | undefined {
  const inside = seconds.filter((it) => it.s >= fromS && it.s <= toS);
  if (!inside.length) return undefined;
  const add = (pick: (it: Second) => number) => inside.reduce((total, it) => total + pick(it), 0);
  return {
    fromS: inside[0]!.s,
    toS: inside.at(-1)!.s,
    hereMean: add((it) => it.here) / inside.length,
    herePeak: Math.max(...inside.map((it) => it.here)),
    arrived: add((it) => it.arrived),
    left: add((it) => it.left),
    leaving: (add((it) => it.hazard) / inside.length) * 60,
    comments: add((it) => it.comments),
    likes: add((it) => it.likes),
    clicks: add((it) => it.clicks),
    orders: add((it) => it.orders),
    paid: add((it) => it.paid),
    gmvMinor: add((it) => it.gmv_minor),
    stalls: add((it) => it.stalls),
  };
}

/** Who is slipping away, as facts for one sentence. */
export interface Slipping {
  /** `quiet` too little seen, `calm` at or below the usual, `rising` clearly above it. */
  kind: 'quiet' | 'calm' | 'rising';
  left: number;
  here: number;
  now: number;
  usual: number;
  /** What was on stage when leaving was worst in the last five minutes; nothing when nobody left. */
  worst: Segment | undefined;
}

/** Reads the last minute against the whole show. */
export function slipping(insight: Insight): Slipping {
  const { seconds } = insight;
  const here = seconds.at(-1)?.here ?? 0;
  const whole = sumRange(seconds, 0, Infinity);
  const lastS = seconds.at(-1)?.s ?? 0;
  const minute = sumRange(seconds, lastS - 59, lastS);
  if (!whole || !minute || seconds.length < 30 || whole.arrived < 5) {
    return { kind: 'quiet', left: minute?.left ?? 0, here, now: 0, usual: 0, worst: undefined };
  }
  const rising = minute.left >= 3 && minute.leaving > whole.leaving * 1.25;
  return {
    kind: rising ? 'rising' : 'calm',
    left: minute.left,
    here,
    now: minute.leaving,
    usual: whole.leaving,
    worst: worstSegment(insight, lastS - 300),
  };
}

function worstSegment(insight: Insight, sinceS: number): Segment | undefined {
  const lastS = insight.seconds.at(-1)?.s ?? 0;
  let worst: { segment: Segment; leaving: number } | undefined;
  for (const segment of insight.segments) {
    if (segment.kind !== 'card' && segment.kind !== 'draw') continue;
    const toS = segment.to_s ?? lastS;
    if (toS < sinceS || toS - segment.from_s < 10) continue;
    const leaving = sumRange(insight.seconds, segment.from_s, toS)?.leaving ?? 0;
    if (leaving > (worst?.leaving ?? 0)) worst = { segment, leaving };
  }
  return worst?.segment;
}

/** The figures as lines of comma-separated values, with a head. */
export function secondsAsCsv(insight: Insight): string {
  const fields = ['s', 'here', 'arrived', 'left', 'hazard', 'likes', 'comments', 'clicks'] as const;
  const more = ['orders', 'paid', 'gmv_minor', 'stalls'] as const;
  const names = [...fields, ...more];
  const rows = insight.seconds.map((it) =>
    [new Date(insight.began_at + it.s * 1000).toISOString(), ...names.map((name) => it[name])].join(','),
  );
  return [['time', ...names].join(','), ...rows].join('\n') + '\n';
}
