// What pages reckon about an order.
import { describe, expect, test } from 'vitest';
import type { Bought, Goods, OrderPage, Return } from '../wire';
import { canCancel, clockOf, cutsBeside, guaranteedUntil, linesOf, rateable, returnable, stepsOf, toConfirm, withBuyer } from './order';

const cny = (minor: number) => ({ minor, currency: 'CNY' });
const goods: Goods = {
  item: 7, title: 'Cup', bought: 2, to_ship: 0, returnable: 2, returnable_until: 1_000, excepted: null, paid: cny(200), rating: null,
};
const parcel = {
  parcel: 'a', contents: [{ item: 7, units: 2 }], carrier: 'SF', tracking: '1', code: null, at: 3, delivered_at: 5,
};
const bought: Bought = {
  item: 7, title: 'Cup', variant: '', seller: 'Hill', image: '', list: cny(150), returns: { kind: 'no_reason', days: 7 }, confirmed: false,
};
const back: Return = {
  returning: 'r', order: '0a', person: '01', contents: [{ item: 7, units: 1 }], amount: cny(100), reason: 'no-reason', exchange: null,
  note: '', freight_by_shop: false, carrier: null, tracking: null, why: '', refunded: false, state: 'approved', until: 90,
};

function page(stage: OrderPage['stage'], care: Partial<NonNullable<OrderPage['care']>>, more: Partial<OrderPage> = {}): OrderPage {
  return {
    order: '0a', person: '01', item: 7, units: 2, lines: [], shipping_minor: 0, holds: true, amount: cny(200), state: 'paid', at: 1, until: 2,
    refund_due_minor: 0, refunded_minor: 0, stage, bought: [bought], tickets: [],
    care: { owed: cny(0), goods: [goods], parcels: [parcel], returns: [], refunds: [], ...care }, ...more,
  };
}

const told = (it: OrderPage) => stepsOf(it).map(({ what, state, at }) => `${what} ${state} ${at ?? '-'}`);

describe('an order', () => {
  test('an order can be given up until something is packed', () => {
    expect(canCancel(page('packing', { parcels: [] }))).toBe(true);
    expect(canCancel(page('packing', {}))).toBe(false);
    expect(canCancel(page('delivered', {}))).toBe(false);
  });

  test('things come back without a reason until their days are over, and not when excepted', () => {
    expect(returnable(page('delivered', {}), 999)).toEqual([{ item: 7, units: 2 }]);
    expect(returnable(page('delivered', {}), 1_000)).toEqual([]);
    const excepted = { ...goods, returnable_until: null, excepted: 'perishable' };
    expect(returnable(page('delivered', { goods: [excepted] }), 0)).toEqual([]);
  });

  test('what was handed over is rated once and renewed once', () => {
    expect(rateable(page('delivered', {}))).toEqual([7]);
    expect(rateable(page('on-the-way', { parcels: [{ ...parcel, delivered_at: null }] }))).toEqual([]);
    const rating = { n: 1, item: 7, stars: 5, name: '', text: '', at: 0, renewed: true, hidden: false, order: null };
    expect(rateable(page('delivered', { goods: [{ ...goods, rating }] }))).toEqual([]);
  });

  test('goes its way step by step, and says what is waited for', () => {
    expect(told(page('unpaid', {}, { state: 'held', care: null }))).toEqual(['placed done 1', 'pay now 2', 'packing next -', 'delivered next -']);
    expect(told(page('lapsed', {}, { state: 'lapsed', care: null }))).toEqual(['placed done 1', 'lapsed done 2']);
    const packing = page('packing', { goods: [{ ...goods, to_ship: 2 }], parcels: [] });
    expect(told(packing)).toEqual(['placed done 1', 'paid done -', 'packing now -', 'delivered next -']);
    const under = page('on-the-way', { parcels: [{ ...parcel, delivered_at: null }] });
    expect(told(under).slice(2)).toEqual(['shipped done 3', 'delivered now -']);
    const waiting = page('pick-up', { parcels: [{ ...parcel, carrier: null, delivered_at: null }] });
    expect(told(waiting).slice(2)).toEqual(['ready done 3', 'picked-up now -']);
    const refund = { refund: 'x', order: '0a', amount: cny(100), reason: 'returned', state: 'owed' };
    const coming = page('returning', { returns: [back], refunds: [refund] });
    expect(told(coming).slice(4)).toEqual(['return now 90', 'refund now -']);
    expect(told(page('cancelled', { goods: [{ ...goods, to_ship: 2 }], parcels: [] })).slice(2)).toEqual(['cancelled done -']);
  });

  test('says of each line what was taken off it, and by what', () => {
    const lines = [{ item: 7, units: 2, amount_minor: 150 }, { item: 8, units: 1, amount_minor: 0, gift: true }];
    const cuts = [
      { campaign: 'ten', title: 'Ten off', off_minor: 50, parts_minor: [50] },
      { campaign: 'ship', title: '', off_minor: 12 },
    ];
    const seen = page('packing', {}, { lines, cuts });
    expect(linesOf(seen)).toMatchObject([
      { item: 7, before_minor: 200, amount_minor: 150, cuts: [{ title: 'Ten off', off_minor: 50 }], bought: { title: 'Cup' } },
      { item: 8, before_minor: 0, gift: true, cuts: [] },
    ]);
    expect(cutsBeside(seen)).toEqual([{ title: 'ship', off_minor: 12 }]);
  });

  test('asks for the word of its buyer where an exception is to hold, until it is paid', () => {
    const excepted: Bought = { ...bought, returns: { kind: 'excepted', why: 'perishable' } };
    expect(toConfirm(page('unpaid', {}, { state: 'held', bought: [excepted, bought] }))).toEqual([excepted]);
    expect(toConfirm(page('unpaid', {}, { state: 'held', bought: [{ ...excepted, confirmed: true }] }))).toEqual([]);
    expect(toConfirm(page('packing', {}, { bought: [excepted] }))).toEqual([]);
  });

  test('what is with its buyer may come back for some reason, whatever the days say', () => {
    expect(withBuyer(page('delivered', {}))).toEqual([{ item: 7, units: 2 }]);
    expect(withBuyer(page('delivered', { goods: [{ ...goods, returnable: 0 }] }))).toEqual([]);
  });

  test('a price is guaranteed for so many days after the hold', () => {
    const policy = { guarantee_days: 1 } as Parameters<typeof guaranteedUntil>[1];
    expect(guaranteedUntil(page('delivered', {}), policy, 86_400_001)).toBe(86_400_002);
    expect(guaranteedUntil(page('delivered', {}), policy, 86_400_002)).toBeUndefined();
    expect(guaranteedUntil(page('delivered', {}), { ...policy, guarantee_days: 0 }, 3)).toBeUndefined();
  });

  test('a ticket waits for its answer, then for its solution', () => {
    const ticket = { answered: false, solved: false, answer_by: 7_200_000, solve_by: 9_000_000 };
    expect(clockOf(ticket, 0)).toEqual({ promise: 'answer', by: 7_200_000, state: 'fine' });
    expect(clockOf(ticket, 3_600_001).state).toBe('soon');
    expect(clockOf(ticket, 7_200_000).state).toBe('late');
    expect(clockOf({ ...ticket, answered: true }, 7_200_000)).toEqual({ promise: 'solve', by: 9_000_000, state: 'soon' });
    expect(clockOf({ ...ticket, answered: true, solved: true }, 10_000_000).state).toBe('kept');
  });
});
