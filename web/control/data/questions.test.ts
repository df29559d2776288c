import { expect, test } from 'vitest';
import { DRAFT, KINDS, addressOf, draftOf, keptOf, questionOf, renewed } from './questions';

test('an address brings back what it was made of', () => {
  const draft = { ...DRAFT, kind: 'funnel' as const, steps: ['进入', 'order.paid'], filter: { text: 'source' as const, value: '抖音' } };
  expect(draftOf(addressOf(draft))).toEqual(draft);
});

test('an address can hold a whole question, and nothing else passes for one', () => {
  const question = questionOf(DRAFT, 1e12, 'UTC');
  expect(keptOf(addressOf(question))).toEqual(question);
  for (const text of ['', '%', addressOf(null), addressOf({ scope: { from_ms: 'x' } }), addressOf(DRAFT)]) expect(keptOf(text)).toBeUndefined();
});

test('a broken address is the usual question', () => {
  for (const text of ['', '%', 'e30', btoa('{"kind":7,"steps":"x","days":-3,"filter":null}'), btoa('[1]')]) expect(draftOf(text)).toEqual(DRAFT);
});

test('every kind says its range and hides small groups', () => {
  for (const kind of KINDS) {
    const question = questionOf({ ...DRAFT, kind }, 1e12, 'Asia/Shanghai');
    expect(question.ask).toBe(kind);
    expect(question.scope).toMatchObject({ from_ms: 1e12 - 28 * 86_400_000, to_ms: 1e12, zone: 'Asia/Shanghai', min_people: 5 });
  }
});

test('a filter without a value asks for everything', () => {
  const question = questionOf({ ...DRAFT, filter: { text: 'room', value: '' } }, 1e12, 'UTC');
  expect((question.scope as unknown as { where: unknown[] }).where).toEqual([]);
});

test('a kept question is asked again over the same length of time', () => {
  const question = questionOf(DRAFT, 1e12, 'UTC');
  expect(renewed(question, 2e12).scope).toMatchObject({ from_ms: 2e12 - 28 * 86_400_000, to_ms: 2e12 });
});
