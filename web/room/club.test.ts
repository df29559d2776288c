// What the club's part of the fold promises.
import { describe, expect, test } from 'vitest';
import type { MyClub } from '../wire';
import { doneOn, rowOn, sprintLikes, streakOn, towardsNext } from './club';
import { roomView, welcome } from './samples';
import { fold, foldAll, viewOf } from './view';

const mine = (change: Partial<MyClub> = {}): MyClub => ({
  member: true,
  paused: false,
  points: 0,
  level: 1,
  done: {},
  streak: 0,
  brought: 0,
  ...change,
});
const rules = { name: 'Tea friends', levels: [0, 10, 30], tasks: [], streak_days: 7, pause_show_days: 7 };
const sprint = { sprint: 1, goal: 10, reward: 'a cup', from: 5, until: 9, state: 'running', likes: 0, people: 0 };

describe('the fan club', () => {
  test('is the one of the view until it changes, and each part changes by itself', () => {
    const club = { rules, day: 3, members: 1, badges: { bob: 2 }, staff: { check_ins: 0, shares: 0, brought: 0, bringers: [] } };
    const before = viewOf(welcome(), roomView({ club }));
    expect(before).toMatchObject({ club: { members: 1 }, badges: { bob: 2 } });
    const after = foldAll(before, [
      { k: 'club', club: { rules, day: 3, members: 2 } },
      { k: 'club', badges: { cat: 1 } },
      { k: 'club', staff: { check_ins: 4, shares: 0, brought: 0, bringers: [] } },
    ]);
    expect(after).toMatchObject({ club: { members: 2, staff: { check_ins: 4 } }, badges: { bob: 2, cat: 1 } });
    expect(fold(after, { k: 'club', badges: { bob: 0 } }).badges).toEqual({ cat: 1 });
  });

  test('remembers no more badges than it may', () => {
    const many = Array.from({ length: 700 }, (_, i) => ({ k: 'club' as const, badges: { [`p${i}`]: 1 } }));
    const badges = foldAll(viewOf(welcome(), roomView()), many).badges;
    expect([Object.keys(badges).length, badges.p699, badges.p0]).toEqual([500, 1, undefined]);
  });

  test('keeps the code of the link that only the view tells', () => {
    const told = roomView({ mine: { following: false, entered: false, muted_until: 0, orders: [], club: mine({ code: 'abc' }) } });
    const after = fold(viewOf(welcome(), told), { k: 'you-club', ...mine({ brought: 2 }) });
    expect(after.myClub).toMatchObject({ brought: 2, code: 'abc' });
  });

  test('forgets what was done when the day is over', () => {
    const it = mine({ done_on: 3, done: { comment: 2 } });
    expect([doneOn(it, 'comment', 3), doneOn(it, 'watched', 3), doneOn(it, 'comment', 4)]).toEqual([2, 0, 0]);
  });

  test('fills the row day by day and begins again after a gap, or after the seventh', () => {
    const row = (checked_in: number, streak: number, day: number) => rowOn(mine({ checked_in, streak }), day, 7);
    expect(row(3, 2, 3)).toEqual({ filled: 2, today: 1, done: true });
    expect(row(3, 2, 4)).toEqual({ filled: 2, today: 2, done: false });
    expect(row(3, 2, 5)).toEqual({ filled: 0, today: 0, done: false });
    expect(row(9, 7, 9)).toEqual({ filled: 7, today: 6, done: true });
    expect(row(9, 7, 10)).toEqual({ filled: 0, today: 0, done: false });
    expect(streakOn(mine(), 5)).toBe(0);
  });

  test('says how far the next level is', () => {
    expect(towardsNext(rules, mine({ points: 15 }))).toEqual({ share: 0.25, wanted: 15 });
    expect(towardsNext(rules, mine({ points: 99 }))).toEqual({ share: 1, wanted: undefined });
  });

  test('counts a sprint from the likes there were when it began', () => {
    expect([sprintLikes(sprint, 9), sprintLikes({ ...sprint, state: 'reached', likes: 12 }, 99)]).toEqual([4, 12]);
  });
});
