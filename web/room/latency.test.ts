// How long things took in the last minute.
import { expect, test } from 'vitest';
import { isSlow, Latency } from './latency';

test('a minute is told by its middle and its slow end, and what is older is forgotten', () => {
  const latency = new Latency();
  expect(latency.spread(0)).toBeUndefined();
  latency.note(0, 900);
  for (let n = 1; n <= 20; n++) latency.note(n * 1_000, n * 10);
  expect(latency.spread(20_000)).toMatchObject({ p50: 110, p95: 200, n: 21 });
  expect(latency.spread(60_000)).toMatchObject({ p50: 100, p95: 190, n: 20 });
  expect(latency.spread(81_000)).toBeUndefined();
});

test('no more is kept than can be drawn, and nonsense is not taken in', () => {
  const latency = new Latency();
  latency.note(0, NaN);
  latency.note(0, -5);
  expect(latency.spread(1)).toMatchObject({ p50: 0, n: 1 });
  for (let n = 0; n < 1_000; n++) latency.note(n, 1);
  expect(latency.spread(1_000)?.n).toBe(240);
});

test('a line is called slow by what 95 % stay under', () => {
  const spread = (p95: number) => ({ p50: 1, p95, n: 9, line: [] });
  expect(isSlow(undefined, undefined)).toBe(false);
  expect(isSlow(spread(400), spread(1_500))).toBe(false);
  expect(isSlow(spread(401), undefined)).toBe(true);
  expect(isSlow(undefined, spread(1_501))).toBe(true);
});
