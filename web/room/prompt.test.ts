// What is said of a prompt, and what is not said while too little is known.
import { describe, expect, test } from 'vitest';
import type { Arms, Insight, Second } from '../wire';
import { effectOf, sinceOf, tellingSigns } from './prompt';

const arm = (compared: number) => ({ occasions: compared, questions: 0, compared, answered: 0 });
function arms(compared: [number, number], leaving?: [number, number, number]): Arms {
  const [estimate, low, high] = leaving ?? [];
  return {
    rule: 'r',
    acted: arm(compared[0]),
    held_out: arm(compared[1]),
    verdict: 'not-enough-yet',
    needs: 10,
    ends: { followed: 0, dismissed: 0, later: 0, expired: 0 },
    leaving: leaving ? { estimate: estimate!, low: low!, high: high! } : null,
  };
}

describe('why', () => {
  test('a figure stands beside what is usual, and guards of the picture come last', () => {
    const why = [
      { metric: 'leaves', value: 7 },
      { metric: 'leave_hazard', value: 0.12 },
      { metric: 'leave_hazard_usual', value: 0.04 },
      { metric: 'stall_share', value: 0 },
    ];
    expect(tellingSigns(why)).toEqual([{ metric: 'leave_hazard', value: 0.12, usual: 0.04 }, { metric: 'leaves', value: 7 }]);
    expect(tellingSigns(why, 9).map((it) => it.metric)).toEqual(['leave_hazard', 'leaves', 'stall_share']);
  });

  test('what is usual is told alone where only that was named, and a guard where there is nothing else', () => {
    expect(tellingSigns([{ metric: 'dwell_usual_s', value: 30 }])).toEqual([{ metric: 'dwell_usual_s', value: 30 }]);
    expect(tellingSigns([{ metric: 'stall_share', value: 0.07 }])).toEqual([{ metric: 'stall_share', value: 0.07 }]);
    expect(tellingSigns([])).toEqual([]);
  });
});

describe('the effect', () => {
  test('is not known before there are occasions enough on both sides', () => {
    expect(effectOf(undefined)).toMatchObject({ kind: 'too-few', sure: 0, n: 0, needs: 10 });
    expect(effectOf(arms([40, 3]))).toMatchObject({ kind: 'too-few', sure: 0, n: 3 });
  });

  test('is unsure while the interval contains zero, its ends included', () => {
    expect(effectOf(arms([40, 12], [-0.5, -1.2, 0.2]))).toMatchObject({ kind: 'unsure', sure: 1 });
    expect(effectOf(arms([400, 400], [-0.5, -1, 0]))).toMatchObject({ kind: 'unsure', sure: 1 });
  });

  test('is likely when the interval leaves zero out, and sure only far from it after many occasions', () => {
    expect(effectOf(arms([40, 12], [-1, -1.9, -0.1]))).toMatchObject({ kind: 'fewer', sure: 2, per100: 1 });
    expect(effectOf(arms([40, 12], [-1, -1.2, -0.8]))).toMatchObject({ kind: 'fewer', sure: 2 });
    expect(effectOf(arms([90, 30], [-1, -1.9, -0.1]))).toMatchObject({ kind: 'fewer', sure: 2 });
    expect(effectOf(arms([90, 30], [-1, -1.4, -0.6]))).toMatchObject({ kind: 'fewer', sure: 3 });
    expect(effectOf(arms([90, 30], [1, 0.6, 1.4]))).toMatchObject({ kind: 'more', sure: 3, per100: 1 });
  });
});

describe('what followed', () => {
  const second = (s: number, here: number, hazard: number): Second => ({ s, here, hazard, arrived: 0, left: 0, likes: 0, comments: 0, clicks: 0, orders: 0, paid: 0, gmv_minor: 0, stalls: 0 });
  function insight(here: number, askers = 0): Insight {
    const seconds = Array.from({ length: 200 }, (_, s) => second(s, here, s < 100 ? 0.002 : 0.001));
    return { began_at: 1_000_000, seconds, segments: [], curve: [], totals: {} as Insight['totals'], arms: [], rules: [], since: { prompt: 1, at: 1_100_000, askers, askers_here: Math.max(0, askers - 1) } };
  }

  test('is too early to say for a minute, and forgotten after three', () => {
    expect(sinceOf(insight(50), 1_100_000)).toMatchObject({ kind: 'early', waitS: 60 });
    expect(sinceOf(insight(50), 1_159_900)).toMatchObject({ kind: 'early', waitS: 1 });
    expect(sinceOf(insight(50), 1_160_000)?.kind).toBe('told');
    expect(sinceOf(insight(50), 1_281_000)).toBeUndefined();
    expect(sinceOf({ ...insight(50), since: null }, 1_160_000)).toBeUndefined();
  });

  test('tells how many left a minute before and since, where people enough were there', () => {
    const told = sinceOf(insight(50), 1_180_000)!;
    expect(told.before).toBeCloseTo(0.12);
    expect(told.after).toBeCloseTo(0.06);
    expect(sinceOf(insight(4), 1_180_000)).toMatchObject({ kind: 'few', before: 0, after: 0 });
  });

  test('counts those who asked however few are here', () => {
    expect(sinceOf(insight(4, 4), 1_180_000)).toMatchObject({ kind: 'told', askers: 4, askersHere: 3, before: 0, after: 0 });
  });
});
