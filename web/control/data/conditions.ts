// Who belongs to a list of people: conditions, and how they are said. Knows no form.
import { t, wordFor } from '../../kit/i18n.svelte';

export interface Did {
  if: 'did';
  event?: string;
  where?: unknown[];
  count?: 'times' | 'days';
  at_least?: number;
  at_most?: number;
  within_days?: number;
}
export interface Ago {
  if: 'first' | 'last';
  event?: string;
  where?: unknown[];
  days_ago_at_least?: number;
  days_ago_at_most?: number;
}
export type Condition =
  | { if: 'all' | 'any'; of: Condition[] }
  | { if: 'not'; of: Condition }
  | Did
  | Ago
  | { if: 'property'; text: string; is: string[] }
  | { if: 'figure'; number: string; at_least?: number; at_most?: number }
  | { if: 'score'; score: string; at_least?: number; at_most?: number }
  | { if: 'stage' | 'content'; is: string[] }
  | { if: 'tag'; tag: string };

const bounds = (least: number | undefined, most: number | undefined) => {
  if (least !== undefined && most !== undefined) return least === most ? t('data.exactly', { n: least }) : t('data.from', { n: least, to: most });
  if (most !== undefined) return t('data.atMost', { n: most });
  return t('data.atLeast', { n: least ?? 1 });
};

/** A condition as a phrase. */
export function inWords(it: Condition): string {
  switch (it.if) {
    case 'all':
      return it.of.map(inWords).join(t('data.and'));
    case 'any':
      return `(${it.of.map(inWords).join(t('data.or'))})`;
    case 'not':
      return t('data.not', { what: inWords(it.of) });
    case 'did': {
      const event = it.event ? wordFor('touch', it.event) : t('data.anything');
      const often = (it.at_least ?? 1) > 1 || it.at_most !== undefined;
      const times = it.at_most === 0 ? t('data.never') : often ? t('data.times', { bounds: bounds(it.at_least, it.at_most) }) : '';
      const phrase = `${[event, times].filter(Boolean).join(' ')}${it.where?.length ? t('data.withMore') : ''}`;
      return it.within_days === undefined ? phrase : t('data.within', { what: phrase, n: it.within_days });
    }
    case 'first':
    case 'last': {
      const event = it.event ? wordFor('touch', it.event) : t('data.anything');
      return t(it.if === 'first' ? 'data.firstAgo' : 'data.lastAgo', { event, days: bounds(it.days_ago_at_least, it.days_ago_at_most) });
    }
    case 'property':
      return `${wordFor('property', it.text)}: ${it.is.join(', ')}`;
    case 'figure':
      return `${it.number} ${bounds(it.at_least, it.at_most)}`;
    case 'score':
      return `${wordFor('score', it.score)} ${bounds(it.at_least, it.at_most)}`;
    case 'stage':
      return it.is.map((stage) => wordFor('stage', stage)).join(t('data.or'));
    case 'content':
      return it.is.map((tier) => wordFor('content', tier)).join(t('data.or'));
    case 'tag':
      return t('data.tagged', { tag: it.tag });
  }
}

/** Whether a form with one row for each condition can hold it: all of some, or any of some, without groups inside. */
export function isFlat(it: Condition): it is { if: 'all' | 'any'; of: (Did | Ago | Extract<Condition, { if: 'stage' | 'content' | 'property' | 'tag' }>)[] } {
  if (it.if !== 'all' && it.if !== 'any') return false;
  return it.of.every((one) => ['did', 'first', 'last', 'stage', 'content', 'property', 'tag'].includes(one.if) && !('where' in one && one.where?.length));
}
