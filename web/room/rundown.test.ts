// What pages reckon about the run of show.
import { describe, expect, test } from 'vitest';
import type { Backstage, Run } from '../wire';
import { roomView, welcome } from './samples';
import { leftMs, moved, stepNext, stepOn, toClimaxMs, toEndMs } from './rundown';
import { fold, viewOf } from './view';

const step = (title: string, minutes: number, climax = false) => ({ title, points: [], lasts_ms: minutes * 60_000, climax });
const steps = [step('Hello', 3), step('Cup', 6), step('Sale', 5, true), step('Bye', 2)];
const MINUTE = 60_000;

function backstage(run: Partial<Run> | undefined, pace = 1): Backstage {
  const base = { turn: 1, step: 0, rest_ms: 0, at: 0, left_ms: 0, announced: false, quiet_since: 0, warned: false };
  const rundown = { title: '', ahead_ms: 90_000, quiet_ms: 18 * MINUTE, pace, steps };
  return { version: 1, rundown, run: run ? { ...base, ...run } : null };
}

describe('the run of show', () => {
  test('counts down to the next climax through everything before it', () => {
    const on = backstage({ until: 3 * MINUTE });
    expect(toClimaxMs(on, MINUTE)).toBe(8 * MINUTE);
    expect(toEndMs(on, MINUTE)).toBe(15 * MINUTE);
    expect([stepOn(on)?.title, stepNext(on)?.title]).toEqual(['Hello', 'Cup']);
  });

  test('stands still while it is held', () => {
    const held = backstage({ step: 1, left_ms: 2 * MINUTE });
    expect([leftMs(held, 0), leftMs(held, 99 * MINUTE)]).toEqual([2 * MINUTE, 2 * MINUTE]);
    expect(toClimaxMs(held, 99 * MINUTE)).toBe(2 * MINUTE);
  });

  test('has the rest of a step after what was put in between', () => {
    const between = backstage({ step: 1, free: 'A song', rest_ms: 4 * MINUTE, until: MINUTE });
    expect(toClimaxMs(between, 0)).toBe(5 * MINUTE);
    expect(stepNext(between)?.title).toBe('Cup');
    const interrupted = backstage({ step: 2, free: 'A song', rest_ms: 4 * MINUTE, until: MINUTE });
    expect(toClimaxMs(interrupted, 0)).toBe(MINUTE);
  });

  test('says that a climax is on, and when none comes any more', () => {
    expect(toClimaxMs(backstage({ step: 2, until: MINUTE }), 0)).toBe(0);
    expect(toClimaxMs(backstage({ step: 3, until: MINUTE }), 0)).toBeUndefined();
    expect(toClimaxMs(backstage(undefined), 0)).toBeUndefined();
  });

  test('passes faster in a rehearsal', () => {
    expect(toClimaxMs(backstage({ until: 3_000 }, 60), 0)).toBe(3_000 + 6_000);
  });

  test('is folded into the view for those it is for', () => {
    const seen = viewOf(welcome({ role: 'host' }), roomView());
    expect(seen).toMatchObject({ climax: null, backstage: null });
    const climax = { title: 'Sale', state: 'coming' as const, at: 9 };
    expect(fold(seen, { k: 'climax', climax }).climax).toEqual(climax);
    expect(fold(fold(seen, { k: 'climax', climax }), { k: 'climax', climax: null }).climax).toBeNull();
    expect(fold(seen, { k: 'rundown', ...backstage({ step: 1 }) }).backstage?.run?.step).toBe(1);
  });

  test('lets a step be moved up and down and no further', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 2, 3)).toEqual(['a', 'b', 'c']);
    expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
  });
});
