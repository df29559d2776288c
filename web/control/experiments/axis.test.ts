// Figures stand within their axis, whatever they are.
import { expect, test } from 'vitest';
import { axisOf, moodOf } from './axis';

test('an axis holds all of its figures, and zero when it is about a difference', () => {
  const axis = axisOf([2, 4, 3], false);
  expect(axis.low).toBeLessThan(2);
  expect(axis.high).toBeGreaterThan(4);
  expect(axisOf([2, 4], true).low).toBeLessThan(0);
  const flat = axisOf([5, 5], false);
  expect(flat.high).toBeGreaterThan(flat.low);
  expect(axisOf([0], true).high).toBeGreaterThan(0);
});

test('what cannot be trusted is no good news', () => {
  expect(['better', 'worse', 'broken-assignment', 'no-effect', 'too-early'].map(moodOf)).toEqual(['good', 'bad', 'bad', 'plain', 'plain']);
});
