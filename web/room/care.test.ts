// What pages are told of the time after the sale.
import { describe, expect, test } from 'vitest';
import { foldCare, NO_CARE } from './care';

describe('after the sale', () => {
  test('news are counted by what they are about', () => {
    const once = foldCare(NO_CARE, { k: 'care', order: 'a', ticket: null, escalated: false })!;
    const twice = foldCare(once, { k: 'care', order: 'a', ticket: 't', escalated: true })!;
    expect(twice).toEqual({ orders: { a: 2 }, tickets: { t: 1 }, escalated: ['t'] });
    expect(foldCare(twice, { k: 'care', order: null, ticket: 't', escalated: true })!.escalated).toEqual(['t']);
    expect(foldCare(twice, { k: 'likes', n: 1, total: 1 })).toBeUndefined();
  });
});
