import { expect, test } from 'vitest';
import type { Activity, Insight, Second } from '../wire';
import { measure } from './measure';

const second = (s: number, here: number, left: number, arrived = 0) => ({ s, here, left, arrived }) as Second;
const insight = (seconds: Second[]) => ({ began_at: 0, seconds }) as unknown as Insight;
const activity = (change: Partial<Activity>): Activity =>
  ({ at: 120_000, until: 180_000, phase: 'settled', players: 30, won: 0, game: { kind: 'vote', options: [], votes: [] }, ...change }) as Activity;
const minutes = (of: number, leftEach: number, here = 60, from = 0) =>
  Array.from({ length: of * 60 }, (_, i) => second(from + i, here, (i + 1) % 10 === 0 ? leftEach : 0));

test('leaving during is held against leaving before, with an interval', () => {
  const show = insight([...minutes(2, 1), ...minutes(1, 0, 60, 120), ...minutes(2, 1, 60, 180)]);
  const found = measure(show, activity({}), 0);
  expect(found.before).toEqual({ left: 12, minutes: 120, perMinute: 0.1 });
  expect(found.during?.left).toBe(0);
  expect(found.after?.left).toBe(12);
  expect(found.change?.by).toBeCloseTo(-0.1);
  expect(found.change?.high).toBeLessThan(0);
});

test('too few departures say nothing', () => {
  expect(measure(insight(minutes(5, 0)), activity({}), 0).change).toBeUndefined();
  expect(measure(insight([]), activity({}), 0)).toMatchObject({ participation: undefined, before: undefined, reach: 30 });
});

test('who was here and who came were reached', () => {
  const show = insight([second(119, 40, 0), second(120, 42, 1, 3), second(150, 50, 0, 8), second(200, 60, 0, 10)]);
  expect(measure(show, activity({ players: 17 }), 0)).toMatchObject({ reach: 51, participation: 17 / 51 });
});

test('an open one is measured up to now', () => {
  const show = insight(minutes(4, 1));
  expect(measure(show, activity({ phase: 'open', until: 600_000 }), 150_000).during?.minutes).toBe(31);
});

test('what was given is what it cost', () => {
  const budget = { minor: 1000, currency: 'CNY' };
  const packet = activity({ game: { kind: 'packet', budget, parts: 60, even: false }, rest_minor: 300 });
  expect(measure(insight([]), packet, 0)).toMatchObject({ cost: { minor: 700, currency: 'CNY' }, completion: 0.5 });
  const prize = { what: 'cup', worth: { minor: 900, currency: 'CNY' }, count: 5 };
  const task = { kind: 'task', watch_ms: 0, ask: true, share: false, follow: false, done: 6 } as const;
  expect(measure(insight([]), activity({ game: task, prize, won: 3 }), 0)).toMatchObject({ cost: { minor: 2700 }, completion: 0.2 });
  expect(measure(insight([]), activity({ phase: 'open', prize }), 0).cost).toBeUndefined();
});
