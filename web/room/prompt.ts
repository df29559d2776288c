// What may be said of a prompt: which figures speak for it, what its rule was seen to do, how sure that is, and what followed.
// Pure; it reckons from figures that the server tells and knows no page and no sentence.
import type { Arms, Insight, Sign } from '../wire';
import { sumRange } from './insight';

/** A figure that spoke for a prompt, with what is usual where that was told as well. */
export interface Telling {
  readonly metric: string;
  readonly value: number;
  readonly usual?: number;
}

const USUAL: Readonly<Record<string, string>> = {
  leave_hazard: 'leave_hazard_usual',
  dwell_s: 'dwell_usual_s',
  comments_per_min: 'comments_per_min_usual',
};
/** Figures that conditions name to be sure, and that are seldom the point: told last. */
const BESIDE = new Set(['stall_share', 'segment_s', 'show_s', 'source_age_s', 'here']);

/** The figures that tell most, at most so many: those beside what is usual first, then as the rule names them. */
export function tellingSigns(why: readonly Sign[], max = 2): Telling[] {
  const values = new Map(why.map((it) => [it.metric, it.value]));
  const isUsualOf = new Map(Object.entries(USUAL).map(([metric, usual]) => [usual, metric]));
  const told = why
    .filter((it) => !values.has(isUsualOf.get(it.metric) ?? ''))
    .map(({ metric, value }): Telling => {
      const usual = values.get(USUAL[metric] ?? '');
      return usual === undefined ? { metric, value } : { metric, value, usual };
    });
  const rank = (it: Telling) => (it.usual !== undefined ? 0 : BESIDE.has(it.metric) ? 2 : 1);
  return told.toSorted((a, b) => rank(a) - rank(b)).slice(0, max);
}

/** What acting on a rule was seen to do to leaving, in this room, so far. */
export interface Effect {
  readonly kind: 'too-few' | 'unsure' | 'fewer' | 'more';
  /** People of 100 that leave less, or more, in the minute after; zero while nothing is known. */
  readonly per100: number;
  /** How sure that is: 0 not known, 1 unsure, 2 likely, 3 sure. */
  readonly sure: 0 | 1 | 2 | 3;
  /** Occasions on the smaller side that could be compared, and how many it takes. */
  readonly n: number;
  readonly needs: number;
}

/** Occasions on each side from which on a clear difference counts as sure. */
const SURE_N = 30;
const NEEDS = 10;

/** Reads the comparison of a rule's arms. The interval is looked at while it grows, again and again, so that zero lying just
 *  outside is no more than likely: sure is what is at least twice as far from zero as the interval is wide to one side. */
export function effectOf(arms: Arms | undefined): Effect {
  const needs = arms?.needs || NEEDS;
  const n = arms ? Math.min(arms.acted.compared ?? 0, arms.held_out.compared ?? 0) : 0;
  const leaving = arms?.leaving;
  if (!leaving) return { kind: 'too-few', per100: 0, sure: 0, n, needs };
  const { estimate, low, high } = leaving;
  const per100 = Math.abs(estimate);
  if (low <= 0 && high >= 0) return { kind: 'unsure', per100, sure: 1, n, needs };
  const half = (high - low) / 2;
  const sure = n >= SURE_N && per100 >= 2 * half ? 3 : 2;
  return { kind: estimate < 0 ? 'fewer' : 'more', per100, sure, n, needs };
}

/** What followed a prompt that was taken up. */
export interface Since {
  readonly kind: 'early' | 'few' | 'told';
  /** Seconds until it can be told. */
  readonly waitS: number;
  /** People who had asked, and of them those still here; none for what was not about a question. */
  readonly askers: number;
  readonly askersHere: number;
  /** Shares that left a minute, in the minute before and since. */
  readonly before: number;
  readonly after: number;
}

/** Seconds that have to pass, and people that have to be there on average, before anything is said. */
const EARLY_S = 60;
const PEOPLE_MIN = 10;
/** For so long it is worth a line. */
const TOLD_S = 180;

/** What followed the last prompt that was taken up, at `now` by the room's time; undefined when that is long ago. */
export function sinceOf(insight: Insight, now: number): Since | undefined {
  const since = insight.since;
  if (!since) return undefined;
  const passedS = Math.floor((now - since.at) / 1000);
  if (passedS > TOLD_S) return undefined;
  const fromS = Math.max(0, Math.floor((since.at - insight.began_at) / 1000));
  const before = sumRange(insight.seconds, fromS - 60, fromS - 1);
  const after = sumRange(insight.seconds, fromS, Infinity);
  const told = { askers: since.askers, askersHere: since.askers_here, before: before?.leaving ?? 0, after: after?.leaving ?? 0 };
  if (passedS < EARLY_S) return { kind: 'early', waitS: Math.max(1, EARLY_S - passedS), ...told };
  const few = !before || !after || before.hereMean < PEOPLE_MIN || after.hereMean < PEOPLE_MIN;
  // Who asked can be counted one by one, however few are here.
  return { kind: few && !since.askers ? 'few' : 'told', waitS: 0, ...told, ...(few ? { before: 0, after: 0 } : {}) };
}
