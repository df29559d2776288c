import { expect, test } from 'vitest';
import { meanDays, overall, worstStep } from './answers';

const row = (people: number | null, cells: [number | null, boolean][]) => ({
  cohort: 'x', people, unfinished: false, hidden: people === null, cells: cells.map(([n, unfinished]) => ({ people: n, unfinished })),
});

test('the whole weighs cohorts by their people and leaves out what is not over', () => {
  const cohorts = [row(10, [[10, false], [5, false]]), row(90, [[90, false], [9, false]]), row(100, [[100, false], [1, true]]), row(null, [[null, false]])];
  expect(overall(cohorts, 3)).toEqual([1, 14 / 100, undefined]);
});

test('the step that loses most people is told, and none when nobody is lost', () => {
  expect(worstStep([100, 90, 20, 15])).toBe(2);
  expect(worstStep([100, 100])).toBeUndefined();
  expect(worstStep([null, null])).toBeUndefined();
});

test('days active are weighed by people', () => {
  expect(meanDays([3, 1, 0])).toBe(1.25);
  expect(meanDays([])).toBe(0);
});
