// What a sale shows follows from its events alone, and what it counts down to from the room's time.
import { describe, expect, test } from 'vitest';
import type { Campaign, Offer, Quote, RoomEvent, RoomView, Sale } from '../wire';
import { against, countdown, foldSales, nextStep, priceChanges, priceNow, salesOf, stockOf, toUnlock, way, type Sales } from './sale';

const empty = salesOf({ mine: {} } as RoomView);
const sale: Sale = { price: { minor: 990, currency: 'CNY' }, per_person: 2, hold_ms: 60_000 };
const terms = { price_minor: 990, per_person: 2, hold_ms: 60_000, mode: 'first-come' as const };
const offer: Offer = { item: 7, price_minor: 990, unlocked: false, buyers: 0, waiting: 0, enlisted: 0, sale: 1, terms };

function after(...events: RoomEvent[]): Sales {
  return events.reduce<Sales>((sales, event) => foldSales(sales, event) ?? sales, empty);
}

describe('sales', () => {
  test('an offer is replaced whole, and goes with its sale and with whoever waited', () => {
    const waits = [{ item: 7, order: 'o', units: 1, ahead: 3 }];
    const open = after({ k: 'offer', ...offer }, { k: 'offer', ...offer, buyers: 3 }, { k: 'you-sale', coupons: [], waits });
    expect([open.offers[7]?.buyers, open.waits]).toEqual([3, waits]);
    const closed = foldSales(open, { k: 'sale-closed', item: 7 });
    expect([closed?.offers[7], closed?.waits]).toEqual([undefined, []]);
    expect(foldSales(empty, { k: 'sale-closed', item: 7 })).toBe(empty);
  });

  test('the lowest price counts, and a flash only until its end', () => {
    const flash = { ...offer, flash: { price_minor: 790, until: 1000 } };
    expect([priceNow(sale, undefined, 0), priceNow(sale, flash, 999), priceNow(sale, flash, 1000)]).toEqual([990, 790, 990]);
    expect(priceNow(sale, { ...flash, price_minor: 500 }, 0)).toBe(500);
  });

  test('what comes next is said as what is missing', () => {
    const steps = [{ from_units: 10, price_minor: 1290 }, { from_units: 20, price_minor: 1590 }];
    const stepped = { ...offer, terms: { ...terms, steps, unlock: { buyers: 5, price_minor: 700 } }, buyers: 3 };
    expect([nextStep(stepped, 9), nextStep(stepped, 10), nextStep(stepped, 20)]).toEqual([
      { units: 1, price_minor: 1290 },
      { units: 10, price_minor: 1590 },
      undefined,
    ]);
    expect(toUnlock(stepped)).toEqual({ buyers: 2, price_minor: 700 });
    expect(toUnlock({ ...stepped, unlocked: true })).toBeUndefined();
  });

  test('the nearest moment ahead is counted down to', () => {
    const timed = { ...offer, terms: { ...terms, opens_at: 100, closes_at: 500 }, flash: { price_minor: 1, until: 300 } };
    expect([0, 100, 300, 500].map((now) => countdown(timed, now)?.to)).toEqual(['opening', 'flash-end', 'end', undefined]);
  });

  test('there is one way to a unit at a time', () => {
    const shuffle = { ...offer, list: 'open' as const, terms: { ...terms, mode: 'shuffle' as const, bell: 100 } };
    expect(way(null, undefined, 5, 0)).toBe('none');
    expect(way(sale, undefined, 5, 0)).toBe('order');
    expect(way(sale, undefined, 0, 0)).toBe('wait');
    expect([way(sale, shuffle, 5, 0), way(sale, shuffle, 5, 100)]).toEqual(['list', 'bell']);
    expect(way(sale, { ...shuffle, list: 'shuffled' }, 0, 200)).toBe('wait');
    expect(way(sale, { ...offer, terms: { ...terms, mode: 'first-paid' } }, 0, 0)).toBe('none');
    expect(way(sale, { ...offer, terms: { ...terms, opens_at: 50, closes_at: 90 } }, 5, 40)).toBe('soon');
    expect(way(sale, { ...offer, terms: { ...terms, opens_at: 50, closes_at: 90 } }, 5, 90)).toBe('none');
  });

  test('stock is left, held or sold, and adds up', () => {
    expect(stockOf({ units: 10, left: 3, held: 2 })).toEqual({ left: 3, held: 2, sold: 5 });
    expect(stockOf({ units: 10, left: 10, held: 0 })).toEqual({ left: 10, held: 0, sold: 0 });
    // A held unit of what came from the shop meanwhile is never more than what is gone.
    expect(stockOf({ units: 2, left: 2, held: 1 })).toEqual({ left: 2, held: 0, sold: 0 });
  });

  test('a change of price is told by item, and only for what was in both', () => {
    const line = (item: number, price_minor: number) => ({ item, units: 1, list_minor: 500, price_minor, why: 'flash' as const, amount_minor: price_minor });
    const quote = (...lines: Quote['lines']) => ({ lines }) as Quote;
    expect(priceChanges(undefined, quote(line(1, 400)))).toEqual([]);
    expect(priceChanges(quote(line(1, 400), line(2, 100)), quote(line(1, 300), line(3, 9)))).toEqual([
      { item: 1, before: 400, now: 300, why: 'flash' },
    ]);
  });
});

describe('a coupon', () => {
  const campaign = (name: string, more: Partial<Campaign> = {}): Campaign => ({
    campaign: name,
    title: name,
    what: { kind: 'amount', off_minor: 100 },
    from: 100,
    until: 900,
    times: 1,
    every: 'ever',
    stacks: 'other-kinds',
    open_to: 'claim',
    ...more,
  });
  const cart = { lines: [{ item: 7, units: 1 }], goods_minor: 500, level: 0, now: 500 };
  const percent = campaign('part', { what: { kind: 'percent', bps: 1000 } });

  test('of another kind stands beside it, one of the same kind does not', () => {
    expect(against(campaign('a'), [percent], cart)).toBeUndefined();
    expect(against(campaign('a'), [campaign('b')], cart)).toMatchObject({ why: 'same-kind', other: { campaign: 'b' } });
    const freely = { stacks: 'freely' as const };
    expect(against(campaign('a', freely), [campaign('b', freely)], cart)).toBeUndefined();
    expect(against(campaign('a', freely), [campaign('b')], cart)).toMatchObject({ why: 'same-kind' });
  });

  test('that stands alone says so from both sides, and is not in its own way', () => {
    const alone = campaign('a', { stacks: 'alone' });
    expect(against(alone, [percent], cart)).toMatchObject({ why: 'alone' });
    expect(against(percent, [alone], cart)).toMatchObject({ why: 'beside-alone' });
    expect(against(alone, [alone], cart)).toBeUndefined();
  });

  test('says what is missing: its time, its goods, what they have to cost, a level', () => {
    expect([99, 100, 900].map((now) => against(campaign('a'), [], { ...cart, now })?.why)).toEqual(['not-begun', undefined, 'over']);
    expect(against(campaign('a', { items: [8] }), [], cart)).toEqual({ why: 'items' });
    const threshold = campaign('a', { what: { kind: 'threshold', from_minor: 501, off_minor: 1 } });
    expect(against(threshold, [], cart)).toEqual({ why: 'from', from_minor: 501 });
    expect(against(campaign('a', { level_min: 2 }), [], cart)).toEqual({ why: 'level', level: 2 });
  });
});
