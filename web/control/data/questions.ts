// Questions about what people did, as the pages put them together and as addresses carry them. Knows no drawing, and not how
// they are answered.
import { bytesOf, textOf } from './base64';

export const KINDS = ['retention', 'funnel', 'trend', 'stickiness', 'life_cycle', 'survival', 'paths', 'sequence'] as const;
export type Kind = (typeof KINDS)[number];
export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];
/** Properties that answers can be split and filtered by. */
export const PROPERTIES = [
  'source', 'campaign', 'room', 'host', 'item', 'category', 'age_band', 'city_tier', 'region', 'device', 'page', 'outcome',
] as const;
export type Property = (typeof PROPERTIES)[number];

/** What the form holds. Parts that a kind does not use keep their values, so that changing to and fro loses nothing. */
export interface Draft {
  kind: Kind;
  days: number;
  /** What somebody starts with, does, or is counted by. Empty: anything. */
  first: string;
  /** What counts as coming back, or as leaving. */
  then: string;
  /** Steps of funnels and sequences. */
  steps: string[];
  order: 'ordered' | 'strict' | 'strict_listed' | 'any';
  windowH: number;
  period: Period;
  orAfter: boolean;
  by: Property | '';
  filter: { text: Property | ''; value: string };
}

export const DRAFT: Draft = {
  kind: 'retention',
  days: 28,
  first: 'room.entered',
  then: 'room.entered',
  steps: ['room.entered', 'order.placed', 'order.paid'],
  order: 'ordered',
  windowH: 24,
  period: 'day',
  orAfter: false,
  by: '',
  filter: { text: '', value: '' },
};

/** A question as the server takes it. */
export type Question = { ask: Kind; scope: { from_ms: number; to_ms: number; zone: string } } & Record<string, unknown>;

const DAY_MS = 86_400_000;
const what = (event: string) => (event ? { event } : {});

/** The question of a draft that ends now. Groups of fewer than five people are never shown here. */
export function questionOf(draft: Draft, nowMs: number, zone: string): Question {
  const { kind, filter } = draft;
  const scope = {
    from_ms: nowMs - draft.days * DAY_MS,
    to_ms: nowMs,
    zone,
    min_people: 5,
    where: filter.text && filter.value ? [{ test: 'one_of', text: filter.text, values: [filter.value] }] : [],
  };
  const breakdown = draft.by ? { by: draft.by, of: kind === 'trend' ? 'event' : 'first_touch', groups_max: 6 } : null;
  switch (kind) {
    case 'retention': {
      const most = { hour: 24, day: 14, week: 12, month: 12 }[draft.period];
      return {
        ask: kind, scope, start: what(draft.first), back: what(draft.then), period: draft.period,
        brackets: { each: most }, count: draft.orAfter ? 'on_or_after' : 'on', breakdown,
      };
    }
    case 'funnel':
      return { ask: kind, scope, steps: draft.steps.map((it) => ({ what: what(it) })), order: draft.order, window_s: draft.windowH * 3600, breakdown };
    case 'sequence':
      return { ask: kind, scope, pattern: draft.steps.map((it) => ({ then: what(it) })), window_s: draft.windowH * 3600, breakdown };
    case 'trend':
      return { ask: kind, scope, what: what(draft.first), period: draft.period, breakdown };
    case 'stickiness':
      return { ask: kind, scope, what: what(draft.first), per: draft.period === 'month' ? 'month' : 'week' };
    case 'life_cycle':
      return { ask: kind, scope, what: what(draft.first), period: draft.period };
    case 'survival':
      return { ask: kind, scope, stays: { told: { left: { event: 'room.left' } } }, horizon_s: 3600, breakdown };
    case 'paths':
      return { ask: kind, scope, anchor: what(draft.first), depth: 4, top: 6, within_s: draft.windowH * 3600 };
  }
}

/** Brings a question that was asked once up to now, over the same length of time. */
export function renewed(question: Question, nowMs: number): Question {
  const { from_ms, to_ms } = question.scope;
  return { ...question, scope: { ...question.scope, from_ms: nowMs - (to_ms - from_ms), to_ms: nowMs } };
}

/** A draft, or a question that no draft can hold, as part of an address. */
export function addressOf(it: unknown): string {
  return textOf(new TextEncoder().encode(JSON.stringify(it)));
}

/** The question of an address, undefined when it holds none. What is wrong in it the server tells. */
export function keptOf(address: string): Question | undefined {
  try {
    const told = JSON.parse(new TextDecoder().decode(bytesOf(address))) as Partial<Question> | null;
    const { from_ms, to_ms } = told?.scope ?? {};
    return Number.isFinite(from_ms) && Number.isFinite(to_ms) ? (told as Question) : undefined;
  } catch {
    return undefined;
  }
}

/** The draft of an address; what is missing or strange in it is as usual. */
export function draftOf(address: string): Draft {
  try {
    const told: unknown = JSON.parse(new TextDecoder().decode(bytesOf(address)));
    return sound(told as Partial<Draft>);
  } catch {
    return structuredClone(DRAFT);
  }
}

function sound(told: Partial<Draft>): Draft {
  const text = (it: unknown, usual: string) => (typeof it === 'string' ? it.slice(0, 128) : usual);
  const one = <T extends string>(it: unknown, of: readonly T[], usual: T) => of.find((known) => known === it) ?? usual;
  const number = (it: unknown, most: number, usual: number) => (typeof it === 'number' && it >= 1 && it <= most ? it : usual);
  const steps = Array.isArray(told.steps) ? told.steps.slice(0, 10).map((it) => text(it, '')) : DRAFT.steps;
  return {
    kind: one(told.kind, KINDS, DRAFT.kind),
    days: number(told.days, 3650, DRAFT.days),
    first: text(told.first, DRAFT.first),
    then: text(told.then, DRAFT.then),
    steps: steps.length < 2 ? [...DRAFT.steps] : steps,
    order: one(told.order, ['ordered', 'strict', 'strict_listed', 'any'], DRAFT.order),
    windowH: number(told.windowH, 24 * 90, DRAFT.windowH),
    period: one(told.period, PERIODS, DRAFT.period),
    orAfter: told.orAfter === true,
    by: one<Property | ''>(told.by, PROPERTIES, ''),
    filter: { text: one<Property | ''>(told.filter?.text, PROPERTIES, ''), value: text(told.filter?.value, '') },
  };
}
