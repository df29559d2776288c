// A campaign while it is being written: amounts as people write them, times as their browser has them. Knows no server.
import type { Campaign, CampaignDesk } from '../../wire';
import { meant } from '../shelf/draft';

export const KINDS = ['amount', 'percent', 'threshold', 'buy-get', 'member-price', 'shipping', 'gift'] as const;
export type Kind = (typeof KINDS)[number];

/** The order in which campaigns are taken off a cart, as the room does it (linger-room, coupon). */
export const STACKING = ['member-price', 'buy-get', 'items', 'threshold', 'amount', 'percent', 'shipping', 'gift'] as const;

export interface Draft {
  name: string;
  title: string;
  kind: Kind;
  /** What it takes off, or costs members; an amount, or a percentage. */
  value: string;
  /** From what on, or at most. */
  bound: string;
  item: string;
  units: number;
  buy: number;
  get: number;
  level: number;
  items: string;
  from: string;
  until: string;
  budget: string;
  uses: string;
  times: number;
  every: Campaign['every'];
  openTo: Campaign['open_to'];
  stacks: Campaign['stacks'];
  givesBack: boolean;
  code: string;
}

/** A moment as an input of the browser's zone has it. */
export function local(at: number): string {
  const here = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return here.toISOString().slice(0, 16);
}

export function blank(now: number): Draft {
  return {
    name: '', title: '', kind: 'amount', value: '', bound: '', item: '', units: 1, buy: 2, get: 1, level: 1, items: '',
    from: local(now), until: local(now + 7 * 86_400_000), budget: '', uses: '', times: 1, every: 'ever', openTo: 'claim', stacks: 'other-kinds', givesBack: true, code: '',
  };
}

/** Who gets no further gets the field that is to be looked at. */
export type Wrong = { wrong: keyof Draft };

const number = (text: string) => (/^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : undefined);

/** What the coupon does; or the field that is wrong. */
function what(draft: Draft, digits: number): Campaign['what'] | Wrong {
  const value = meant(draft.value, digits);
  const bound = draft.bound.trim() ? meant(draft.bound, digits) : null;
  switch (draft.kind) {
    case 'amount':
      return value ? { kind: 'amount', off_minor: value } : { wrong: 'value' };
    case 'percent': {
      const bps = meant(draft.value, 2);
      if (!bps || bps > 10_000) return { wrong: 'value' };
      return bound === undefined ? { wrong: 'bound' } : { kind: 'percent', bps, most_minor: bound };
    }
    case 'threshold':
      if (!value) return { wrong: 'value' };
      return bound ? { kind: 'threshold', from_minor: bound, off_minor: value } : { wrong: 'bound' };
    case 'shipping':
      return value ? { kind: 'shipping', most_minor: value } : { wrong: 'value' };
    case 'gift': {
      const item = number(draft.item);
      return item === undefined ? { wrong: 'item' } : { kind: 'gift', item, units: draft.units };
    }
    case 'buy-get':
      return { kind: 'buy-get', buy: draft.buy, get: draft.get };
    case 'member-price':
      return value ? { kind: 'member-price', level: draft.level, price_minor: value } : { wrong: 'value' };
  }
}

/** The campaign that was written; or the field that is wrong. */
export function campaignOf(draft: Draft, digits: number): Campaign | Wrong {
  const does = what(draft, digits);
  if ('wrong' in does) return does;
  if (!/^[a-z0-9-]{1,32}$/.test(draft.name)) return { wrong: 'name' };
  if (!draft.title.trim()) return { wrong: 'title' };
  const items = draft.items.split(/[,，\s]+/).filter(Boolean).map(number);
  if (items.some((it) => it === undefined)) return { wrong: 'items' };
  const [from, until] = [new Date(draft.from).getTime(), new Date(draft.until).getTime()];
  if (!Number.isFinite(from)) return { wrong: 'from' };
  if (!Number.isFinite(until) || until <= from) return { wrong: 'until' };
  const budget = draft.budget.trim() ? meant(draft.budget, digits) : null;
  if (budget === undefined) return { wrong: 'budget' };
  const uses = draft.uses.trim() ? number(draft.uses) : null;
  if (uses === undefined) return { wrong: 'uses' };
  const code = draft.openTo === 'claim' && draft.code.trim() ? draft.code.trim() : null;
  return {
    campaign: draft.name, title: draft.title.trim(), what: does, items: items as number[], from, until, currency: null,
    budget_minor: budget, uses_max: uses, times: draft.times, every: draft.every, level_min: 0, stacks: draft.stacks,
    gives_back: draft.givesBack, open_to: draft.openTo, code,
  };
}

/** How a campaign stands at `now`. */
export function stateOf({ campaign, ended, given, spent_minor }: CampaignDesk, now: number): 'ended' | 'over' | 'soon' | 'spent' | 'running' {
  if (ended) return 'ended';
  if (now >= campaign.until) return 'over';
  if (now < campaign.from) return 'soon';
  const spent = campaign.budget_minor != null && spent_minor >= campaign.budget_minor;
  const gone = campaign.uses_max != null && given >= campaign.uses_max;
  return spent || gone ? 'spent' : 'running';
}

/** People named in a text, one to a line or parted by commas; each once. What is no name of a person stands in `bad`. */
export function peopleIn(text: string): { people: string[]; bad: string[] } {
  const words = [...new Set(text.split(/[\s,，;；]+/).filter(Boolean).map((it) => it.toLowerCase()))];
  const isPerson = (it: string) => /^[0-9a-f]{16}$/.test(it);
  return { people: words.filter(isPerson), bad: words.filter((it) => !isPerson(it)) };
}
