// What is said about ranges of a show that is looked back at.
import { expect, test } from 'vitest';
import type { Review, TimeLine } from '../wire';
import { perMinute, reviewAsCsv, rowAt, sharePerMinute, sumRows } from './review';

const zero = [0, 0, 0, 0];
const line: TimeLine = {
  step_s: 10,
  here: [10, 20, 20, 5],
  at_risk_s: [100, 200, 200, 100],
  left: [0, 1, 0, 15],
  expected: [0.5, 1, 1, 2],
  comments: [1, 2, 3, 4],
  asked: [0, 1, 1, 0],
  answered: [0, 0, 1, 0],
  likes: zero,
  clicks: [0, 5, 0, 0],
  orders: [0, 2, 0, 0],
  paid: [0, 0, 1, 0],
  gmv_minor: [0, 0, 990, 0],
  stalls: [0, 0, 0, 9],
  stalled: [0, 0, 0, 0.4],
};

test('a range adds up by rows, and a share weighs people alike', () => {
  const sum = sumRows(line, 20, 39)!;
  expect([sum.fromS, sum.toS, sum.left, sum.expected, sum.hereMean, sum.herePeak]).toEqual([20, 39, 15, 3, 12.5, 20]);
  expect(sum.stalled).toBeCloseTo(0.4 / 3);
  expect(sumRows({ ...line, here: [] }, 0, 9)).toBeUndefined();
  expect(sumRows(line, 30, 20)).toBeUndefined();
  expect(rowAt(line, 1e9)).toBe(3);
});

test('a share is of the people who were there in its window, and unknown where they are few', () => {
  const people = line.at_risk_s.map((n) => n * 2);
  expect(sharePerMinute(line.left, people, 10, 20)).toEqual([0, 60 / 600, 60 / 800, 1.5]);
  expect(sharePerMinute([3, 3], [10, 500], 10, 10)).toEqual([null, (3 / 500) * 60]);
  expect(perMinute(line.comments, 10, 10)).toEqual([6, 12, 18, 24]);
  expect(perMinute([2, 4], 10, 20)).toEqual([12, 18]);
});

test('every row is kept in the file', () => {
  const csv = reviewAsCsv({ show: { began_at: 0 }, timeline: line } as Review).trim().split('\n');
  expect(csv).toHaveLength(5);
  expect(csv[0]).toMatch(/^time,s,here,at_risk_s,left,expected/);
  expect(csv[4]).toMatch(/^1970-01-01T00:00:30.000Z,30,5,100,15,2,/);
});
