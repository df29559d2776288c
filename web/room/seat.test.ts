// Stage and calls follow what is told of them, each part whole.
import { expect, test } from 'vitest';
import type { RoomEvent, RoomView } from '../wire';
import { roomView, welcome } from './samples';
import { foldAll, viewOf } from './view';

const start = (change: Partial<RoomView> = {}) => viewOf(welcome(), roomView(change));

test('a room that never had a stage has a closed one, and its person watches', () => {
  const { seat } = start();
  expect([seat.stage.open, seat.stage.calls_open, seat.desk, seat.mine.stage]).toEqual([false, false, null, 'watching']);
});

test('what is told of the stage replaces what was known of it, and nothing else', () => {
  const on = { seat: 1, person: 'bob', name: 'Bob', muted: false, since: 5 };
  const events: RoomEvent[] = [
    { k: 'seat', open: true, seats: 2, who: 'followers', on_stage: [on], waiting: 3, calls_open: true, promise_min: 30 },
    { k: 'you-seat', stage: 'invited', until: 9000, muted: false },
  ];
  const before = start();
  const { seat, ...rest } = foldAll(before, events);
  expect(seat.stage.on_stage).toEqual([on]);
  expect([seat.stage.waiting, seat.stage.promise_min, seat.mine.until]).toEqual([3, 30, 9000]);
  const { seat: _, ...untouched } = before;
  expect(rest).toEqual(untouched);
});

test('an invitation that ran out leaves no place, no time and a reason', () => {
  const view = foldAll(start(), [
    { k: 'you-seat', stage: 'invited', until: 9000, muted: false },
    { k: 'you-seat', stage: 'watching', ended: 'expired', muted: false },
  ]);
  expect(view.seat.mine).toEqual({ stage: 'watching', ended: 'expired', muted: false });
});

test('a call is told with its place until it is taken, and how it ended', () => {
  const call = { place: 2, until: 9000, taken: false };
  const waits = foldAll(start(), [{ k: 'you-seat', stage: 'watching', muted: false, call }]);
  expect(waits.seat.mine.call).toEqual(call);
  const done = foldAll(waits, [{ k: 'you-seat', stage: 'watching', muted: false, call_ended: 'done' }]);
  expect([done.seat.mine.call, done.seat.mine.call_ended]).toEqual([undefined, 'done']);
});
