// What becomes of a campaign as it was written.
import { describe, expect, test } from 'vitest';
import type { CampaignDesk } from '../../wire';
import { blank, campaignOf, peopleIn, stateOf, type Draft } from './draft';

const draft = (more: Partial<Draft>): Draft => ({ ...blank(Date.UTC(2026, 0, 1)), name: 'ten', title: 'Ten off', value: '10', ...more });

describe('a campaign', () => {
  test('is read as it was written, in exact minor units', () => {
    expect(campaignOf(draft({ value: '9.99', budget: '500', uses: '20', items: '7, 8', code: 'TEA' }), 2)).toMatchObject({
      campaign: 'ten', what: { kind: 'amount', off_minor: 999 }, budget_minor: 50_000, uses_max: 20, items: [7, 8], code: 'TEA', times: 1,
    });
    expect(campaignOf(draft({ kind: 'percent', value: '12.5', bound: '30' }), 2)).toMatchObject({ what: { kind: 'percent', bps: 1250, most_minor: 3000 } });
    expect(campaignOf(draft({ kind: 'threshold', value: '20', bound: '99' }), 2)).toMatchObject({ what: { kind: 'threshold', from_minor: 9900, off_minor: 2000 } });
    expect(campaignOf(draft({ kind: 'gift', item: '7', units: 2 }), 2)).toMatchObject({ what: { kind: 'gift', item: 7, units: 2 } });
    expect(campaignOf(draft({ kind: 'buy-get' }), 2)).toMatchObject({ what: { kind: 'buy-get', buy: 2, get: 1 } });
    expect(campaignOf(draft({ kind: 'member-price', value: '8', level: 3 }), 0)).toMatchObject({ what: { kind: 'member-price', level: 3, price_minor: 8 } });
    expect(campaignOf(draft({ openTo: 'everybody', code: 'TEA' }), 2)).toMatchObject({ code: null });
  });

  test('that is wrong names the field', () => {
    const wrong = (more: Partial<Draft>) => campaignOf(draft(more), 2);
    expect(wrong({ name: 'Ten Off' })).toEqual({ wrong: 'name' });
    expect(wrong({ title: ' ' })).toEqual({ wrong: 'title' });
    expect(wrong({ value: '9.999' })).toEqual({ wrong: 'value' });
    expect(wrong({ kind: 'percent', value: '101' })).toEqual({ wrong: 'value' });
    expect(wrong({ kind: 'threshold' })).toEqual({ wrong: 'bound' });
    expect(wrong({ kind: 'gift', item: 'cup' })).toEqual({ wrong: 'item' });
    expect(wrong({ items: '7, cup' })).toEqual({ wrong: 'items' });
    expect(wrong({ until: '2020-01-01T00:00' })).toEqual({ wrong: 'until' });
    expect(wrong({ budget: 'much' })).toEqual({ wrong: 'budget' });
    expect(wrong({ uses: '-1' })).toEqual({ wrong: 'uses' });
  });

  test('runs until it is ended, over, or spent', () => {
    const desk = (more: object, campaign: object = {}) => ({ given: 0, spent_minor: 0, ended: false, ...more, campaign: { from: 10, until: 20, budget_minor: 100, uses_max: 5, ...campaign } }) as unknown as CampaignDesk;
    expect(stateOf(desk({}), 9)).toBe('soon');
    expect(stateOf(desk({}), 10)).toBe('running');
    expect(stateOf(desk({}), 20)).toBe('over');
    expect(stateOf(desk({ spent_minor: 100 }), 10)).toBe('spent');
    expect(stateOf(desk({ given: 5 }), 10)).toBe('spent');
    expect(stateOf(desk({ given: 5 }, { uses_max: null }), 10)).toBe('running');
    expect(stateOf(desk({ ended: true }), 10)).toBe('ended');
  });

  test('is granted to each person of a list once, and says what is no person', () => {
    const ann = '0'.repeat(15) + 'a';
    expect(peopleIn(`${ann}\n${ann.toUpperCase()}, bob`)).toEqual({ people: [ann], bad: ['bob'] });
  });
});
