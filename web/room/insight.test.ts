// What can be said about the figures of a show.
import { describe, expect, test } from 'vitest';
import type { Insight, Second } from '../wire';
import { foldStep, leavingPerMinute, secondsAsCsv, slipping, sumRange } from './insight';

function second(s: number, change: Partial<Second> = {}): Second {
  const none = { arrived: 0, left: 0, hazard: 0, likes: 0, comments: 0, clicks: 0, orders: 0, paid: 0, gmv_minor: 0, stalls: 0 };
  return { s, here: 100, ...none, ...change };
}

function show(seconds: Second[]): Insight {
  const totals = { here: 0, peak: 0, stays: 0, comments: 0, likes: 0, questions: 0, answered: 0, clicks: 0, orders: 0, paid: 0, gmv: [] };
  return { began_at: 0, seconds, segments: [], curve: [], totals, arms: [] };
}

describe('the figures of a show', () => {
  test('grow by steps and take no second in twice', () => {
    const { totals } = show([]);
    const step = { seconds: [second(1), second(2)], segments: [[0, { from_s: 1, kind: 'card', item: 7, label: '' }] as [number, never]], totals, arms: [] };
    const once = foldStep(show([second(0), second(1)]), step);
    expect(once.seconds.map((it) => it.s)).toEqual([0, 1, 2]);
    expect(foldStep(once, step).seconds.map((it) => it.s)).toEqual([0, 1, 2]);
    expect(once.segments).toHaveLength(1);
  });

  test('put the leaving share on the minute', () => {
    const seconds = Array.from({ length: 60 }, (_, s) => second(s, { hazard: 0.001 }));
    expect(leavingPerMinute(seconds).at(-1)).toBeCloseTo(0.06);
  });

  test('add up over a range, both ends included', () => {
    const seconds = Array.from({ length: 10 }, (_, s) => second(s, { here: s, arrived: 1, orders: s === 3 ? 2 : 0 }));
    expect(sumRange(seconds, 3, 5)).toMatchObject({ fromS: 3, toS: 5, arrived: 3, orders: 2, hereMean: 4, herePeak: 5 });
    expect(sumRange(seconds, 20, 30)).toBeUndefined();
  });

  test('say nothing before there is enough to say', () => {
    expect(slipping(show([second(0, { arrived: 1 })])).kind).toBe('quiet');
  });

  test('say that more leave than usual, and during what', () => {
    const calm = Array.from({ length: 600 }, (_, s) => second(s, { arrived: 1, hazard: 0.001, left: s % 10 ? 0 : 1 }));
    const worse = Array.from({ length: 60 }, (_, i) => second(600 + i, { hazard: 0.005, left: i % 2 }));
    const insight = show([...calm, ...worse]);
    insight.segments = [
      { from_s: 480, to_s: 590, kind: 'card', item: 1, label: 'a' },
      { from_s: 600, to_s: null, kind: 'card', item: 2, label: 'b' },
    ];
    expect(slipping(insight)).toMatchObject({ kind: 'rising', left: 30, worst: { item: 2 } });
    expect(slipping(show(calm)).kind).toBe('calm');
  });

  test('blame nothing on the stage while nobody leaves', () => {
    const insight = show(Array.from({ length: 60 }, (_, s) => second(s, { arrived: 1 })));
    insight.segments = [{ from_s: 0, to_s: null, kind: 'card', item: 1, label: 'a' }];
    expect(slipping(insight)).toMatchObject({ kind: 'calm', left: 0, worst: undefined });
  });

  test('come out as a table with a head and times', () => {
    const lines = secondsAsCsv(show([second(0, { here: 3 }), second(1)])).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^time,s,here,arrived/);
    expect(lines[1]).toBe('1970-01-01T00:00:00.000Z,0,3,0,0,0,0,0,0,0,0,0,0');
  });
});
