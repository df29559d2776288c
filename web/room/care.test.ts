// What pages reckon about the time after the sale.
import { describe, expect, test } from 'vitest';
import type { Goods, OrderPage } from '../wire';
import { canCancel, foldCare, NO_CARE, rateable, returnable } from './care';

const cny = (minor: number) => ({ minor, currency: 'CNY' });
const goods: Goods = {
  item: 7, title: 'Cup', bought: 2, to_ship: 0, returnable: 2, returnable_until: 1_000, excepted: null, paid: cny(200), rating: null,
};
const parcel = {
  parcel: 'a', contents: [{ item: 7, units: 2 }], carrier: 'SF', tracking: '1', code: null, at: 0, delivered_at: 5,
};

function page(stage: OrderPage['stage'], care: Partial<NonNullable<OrderPage['care']>>): OrderPage {
  return {
    order: '0a', person: '01', item: 7, units: 2, lines: [], shipping_minor: 0, holds: true, amount: cny(200), state: 'paid', at: 0, until: 0, refund_due_minor: 0,
    refunded_minor: 0, stage, care: { owed: cny(0), goods: [goods], parcels: [parcel], returns: [], refunds: [], ...care },
  };
}

describe('after the sale', () => {
  test('news are counted by what they are about', () => {
    const once = foldCare(NO_CARE, { k: 'care', order: 'a', ticket: null, escalated: false })!;
    const twice = foldCare(once, { k: 'care', order: 'a', ticket: 't', escalated: true })!;
    expect(twice).toEqual({ orders: { a: 2 }, tickets: { t: 1 }, escalated: ['t'] });
    expect(foldCare(twice, { k: 'care', order: null, ticket: 't', escalated: true })!.escalated).toEqual(['t']);
    expect(foldCare(twice, { k: 'likes', n: 1, total: 1 })).toBeUndefined();
  });

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
});
