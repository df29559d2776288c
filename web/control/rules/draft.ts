// A rule while it is being written: what it says as rows of a form, or as CEL, and back. Knows no page.

export interface Than {
  metric: string;
  times: number;
}
export interface Is {
  metric: string;
  is: string;
  than: number | Than;
}
export type Clause = { all: Clause[] } | { any: Clause[] } | { not: Clause } | Is;
export type Condition = { cel: string } | Clause;

export interface Rule {
  code: string;
  name: string;
  note?: string;
  on: boolean;
  rooms?: string[];
  scope: { of: string; item?: number; source?: string; cohort?: string };
  window_s: number;
  when: Condition;
  until?: Condition;
  hold_s?: number;
  people_min?: number;
  do: { act: string; [field: string]: unknown };
  cool_down_s: number;
  budget: { times: number; money?: { minor: number; currency: string }; times_per_viewer?: number; minor_per_viewer?: number };
  priority?: number;
  hold_out: number;
  phase?: number;
  /** The experiment that draws its arms, and the one arm in which it acts. */
  experiment?: string;
  arm?: string;
}

/** One line of the form. */
export interface Row {
  metric: string;
  is: string;
  value: number;
  /** Another figure that `value` multiplies; none for a plain number. */
  other: string;
}

export const IS = ['above', 'at-least', 'below', 'at-most'] as const;
export const SCOPES = ['room', 'segment', 'source', 'cohort', 'viewer', 'question'] as const;
export const COHORTS = ['new', 'returning', 'followers', 'buyers'] as const;
export const ACTS = [
  'prompt-host', 'announce', 'start-activity', 'extend-step', 'pin-card', 'unpin-card', 'flash-price', 'grant-benefit', 'next-up',
  'call-webhook', 'answer-question',
] as const;

/** What the form calls a field that the server complains of. */
export const CALLED = {
  name: 'rules.name', code: 'rules.code', window_s: 'rules.window', hold_s: 'rules.hold', people_min: 'rules.peopleMin', when: 'rules.when',
  until: 'rules.until', do: 'rules.act', cool_down_s: 'rules.coolDown', 'budget.times': 'rules.timesMax', 'budget.money': 'rules.money',
  priority: 'rules.priority', hold_out: 'rules.holdOut', experiment: 'rules.drawnBy', arm: 'rules.actsIn',
} as const;

/** What an action has to say when somebody chooses it. */
export function actOf(act: string): Rule['do'] {
  switch (act) {
    case 'prompt-host':
    case 'announce':
      return { act, text: '' };
    case 'start-activity':
      return { act, ask: { kind: 'open-draw', keyword: '666', prize: '', winners: 1, lasts_ms: 60_000 } };
    case 'extend-step':
      return { act, s: 120 };
    case 'pin-card':
    case 'next-up':
      return { act, item: 1 };
    case 'flash-price':
      return { act, off_percent: 10, lasts_s: 120 };
    case 'grant-benefit':
      return { act, campaign: '', worth_minor: 500 };
    case 'call-webhook':
      return { act, topic: 'rule.' };
    default:
      return { act };
  }
}

/** A rule that nobody wrote anything of yet. */
export function blank(): Rule {
  return {
    code: '', name: '', on: true, scope: { of: 'room' }, window_s: 60,
    when: { all: [{ metric: 'comments_per_min', is: 'at-least', than: 20 }] },
    hold_s: 0, people_min: 10, do: actOf('prompt-host'), cool_down_s: 300, budget: { times: 5 }, priority: 50, hold_out: 0.2, phase: 1,
  };
}

/** The lines of a condition that is a list of comparisons which all have to hold; none when it says more than that. */
export function rowsOf(condition: Condition | null | undefined): Row[] | undefined {
  if (!condition || 'cel' in condition) return undefined;
  const parts = 'all' in condition ? condition.all : [condition];
  const rows: Row[] = [];
  for (const part of parts) {
    if (!('metric' in part)) return undefined;
    const { metric, is, than } = part;
    rows.push(
      typeof than === 'number' ? { metric, is, value: than, other: '' } : { metric, is, value: than.times ?? 1, other: than.metric },
    );
  }
  return rows;
}

/** The condition that lines say. */
export function conditionOf(rows: readonly Row[]): Condition {
  return {
    all: rows.map(({ metric, is, value, other }) => ({ metric, is, than: other ? { metric: other, times: value } : value })),
  };
}

/** A code from a name: what is left of it in small letters, digits and hyphens. */
export function codeOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64);
}
