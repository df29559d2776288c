// Which room needs somebody, and the line that a tile draws.
import { describe, expect, test } from 'vitest';
import type { View } from '../../room';
import type { Insight, Second } from '../../wire';
import { inOrder, leavingIn, lineOf, needsOf } from './needs';

const second = (s: number, here: number, left = 0, arrived = 0): Second => ({ s, here, hazard: here ? left / here : 0, arrived, left, likes: 0, comments: 0, clicks: 0, orders: 0, paid: 0, gmv_minor: 0, stalls: 0 });
const insight = (seconds: Second[]) => ({ began_at: 0, seconds, segments: [], curve: [], totals: {}, arms: [] }) as unknown as Insight;
const view = (questions: number, held: number) =>
  ({ questions: Array(questions).fill({}), around: { held: Array(held).fill({}), waiting: [] }, seat: { desk: { calls_waiting: 0 } } }) as unknown as View;

describe('a room needs somebody', () => {
  const rising = insight(Array.from({ length: 300 }, (_, s) => second(s, 50, s > 250 && s % 5 === 0 ? 2 : 0, s === 0 ? 50 : 0)));

  test('when its line broke, more leave than usual, or something waits', () => {
    expect(needsOf('waiting', undefined, undefined)).toEqual(['lost']);
    expect(needsOf('open', view(0, 0), rising)).toEqual(['rising']);
    expect(needsOf('open', view(5, 1), undefined)).toEqual(['waits', 'questions']);
    expect(needsOf('open', view(4, 0), undefined)).toEqual([]);
    expect(needsOf('connecting', undefined, undefined)).toEqual([]);
  });

  test('and how many leave is not told from half a minute', () => {
    expect(leavingIn(insight([second(3, 5)]))).toBeUndefined();
    expect(leavingIn(undefined)).toBeUndefined();
    expect(leavingIn(rising)).toBeGreaterThan(0);
  });
});

describe('the line of a tile', () => {
  test('is the last ten minutes, and has no more points than fit', () => {
    expect(lineOf(undefined, 100, 32)).toBe('');
    expect(lineOf(insight([second(0, 4)]), 100, 32)).toBe('');
    const points = lineOf(insight(Array.from({ length: 2_000 }, (_, s) => second(s, s))), 100, 32).split(' ');
    expect(points.length).toBeLessThanOrEqual(61);
    expect(points[0]!.startsWith('0.0,')).toBe(true);
    expect(points.at(-1)).toBe('100.0,1.0');
  });
});

test('rooms on air come first, then those with most people', () => {
  const rooms = [
    { room: 'b', live: false, here: 90 },
    { room: 'a', live: false, here: 90 },
    { room: 'c', live: true, here: 2 },
    { room: 'd', live: true, here: 7 },
  ];
  expect(inOrder(rooms).map((it) => it.room)).toEqual(['d', 'c', 'a', 'b']);
});
