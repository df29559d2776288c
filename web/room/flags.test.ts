// Flags hold only where they are of the kind that the page knows.
import { describe, expect, test } from 'vitest';
import type { ShelfEntry } from '../wire';
import { flag, inOrder, words, type Flags } from './flags';

const set = (value: unknown): Flags => ({ it: { value, experiment: 'x', version: 1, arm: 'a' } }) as unknown as Flags;
const entry = (id: number, minor: number) =>
  ({ item: { id, price: { minor, currency: 'CNY' } }, left: 1, units: 1 }) as unknown as ShelfEntry;

describe('a flag', () => {
  test('is what is set, when that is of the same kind', () => {
    expect(flag(set('b'), 'it', 'a')).toBe('b');
    expect(flag(set(7), 'it', 'a')).toBe('a');
    expect(flag(set(true), 'it', false)).toBe(true);
    expect(flag({}, 'it', 3)).toBe(3);
  });

  test('may be words for everybody, or for each language, and never too many', () => {
    expect(words(set(' Hi '), 'it', 'en', 'Hello')).toBe('Hi');
    expect(words(set({ zh: '你好' }), 'it', 'zh', 'Hello')).toBe('你好');
    expect(words(set({ zh: '你好' }), 'it', 'en', 'Hello')).toBe('Hello');
    expect(words(set(''), 'it', 'en', 'Hello')).toBe('Hello');
    expect(words(set('é'.repeat(200)), 'it', 'en', 'Hello')).toBe('é'.repeat(80));
  });
});

test('cards change their order and keep the number that the host calls them by', () => {
  const shelf = [entry(1, 300), entry(2, 100), entry(3, 200)];
  const order = (value: unknown) => inOrder({ 'card-order': set(value).it! }, shelf).map((it) => it.number);
  expect(order('shelf')).toEqual([1, 2, 3]);
  expect(order('cheapest')).toEqual([2, 3, 1]);
  expect(order('newest')).toEqual([3, 2, 1]);
  expect(order('sideways')).toEqual([1, 2, 3]);
});
