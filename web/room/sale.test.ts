// What a sale shows follows from its events alone, and what it counts down to from the room's time.
import { describe, expect, test } from 'vitest';
import type { Offer, RoomEvent, RoomView, Sale } from '../wire';
import { countdown, foldSales, nextStep, priceNow, salesOf, toUnlock, way, type Sales } from './sale';

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
});
