// Amounts and variants while a product is being written.
import { expect, test } from 'vitest';
import { blank, combined, listed, meant, written } from './draft';

test('an amount is exact or none', () => {
  expect(['19.99', '19,9', '19', '19.990'].map((it) => meant(it, 2))).toEqual([1999, 1990, 1900, 1999]);
  expect(['19.999', '', '-1', '1e3'].map((it) => meant(it, 2))).toEqual(Array(4).fill(undefined));
  expect([meant('1.5', 0), meant('1.234', 3)]).toEqual([undefined, 1234]);
  for (const minor of [1, 10, 1999, 123456]) expect(meant(written(minor, 2), 2)).toBe(minor);
  expect(written(500, 0)).toBe('500');
});

test('options make variants, and those that there are stay', () => {
  const shirt = { ...blank('EUR'), options: [{ name: 'Colour', values: ['Red'] }, { name: 'Size', values: listed('S, M,S') }] };
  const two = combined(shirt, 'EUR');
  expect(two.map((it) => it.values)).toEqual([['Red', 'S'], ['Red', 'M']]);
  two[0]!.sku = 'RED-S';
  const wider = { ...shirt, variants: two, options: [shirt.options[0]!, { name: 'Size', values: ['M', 'S', 'L'] }] };
  expect(combined(wider, 'EUR').map((it) => it.sku)).toEqual(['', 'RED-S', '']);
});
