// What belongs into which queue, and who sees it.
import { describe, expect, test } from 'vitest';
import type { CareRow } from '../../wire';
import { inOrder, isIn, keyOf, neighbour, orderOf, queuesOf } from './queues';

const back = (state: string, exchange: number | null = null) => ({ room: 'tea', returning: { returning: 'r', order: 'o', state, exchange } }) as unknown as CareRow;
const ticket = (id: string, more: object) => ({ room: 'tea', ticket: { ticket: id, order: null, level: 0, answered: false, answer_by: 1, solve_by: 9, ...more } }) as unknown as CareRow;

describe('the queues', () => {
  test('part returns into those to be decided, those that come and those that are exchanged', () => {
    expect(['decide', 'coming', 'exchange'].map((it) => isIn(it as 'decide', back('asked')))).toEqual([true, false, false]);
    expect(['decide', 'coming', 'exchange'].map((it) => isIn(it as 'decide', back('sent')))).toEqual([false, true, false]);
    // An exchange that is asked for is to be decided as well.
    expect(['decide', 'coming', 'exchange'].map((it) => isIn(it as 'decide', back('asked', 7)))).toEqual([true, false, true]);
  });

  test('show goods and money to operators alone', () => {
    expect(queuesOf('moderator')).toEqual(['ticket', 'late', 'rating']);
    expect(queuesOf('host')).toEqual(['ticket', 'late', 'rating']);
    expect(queuesOf('operator')).toHaveLength(9);
  });

  test('put tickets in the order of the next promise, whichever it is', () => {
    const rows = [ticket('a', { answered: true, solve_by: 5 }), ticket('b', { answer_by: 3 })];
    expect(inOrder('ticket', rows).map(keyOf)).toEqual(['tea/b', 'tea/a']);
    expect(isIn('late', rows[0]!)).toBe(false);
    expect(isIn('late', ticket('c', { level: 1 }))).toBe(true);
  });

  test('are gone through row by row and end at their ends', () => {
    const rows = [ticket('a', {}), ticket('b', {})];
    expect(neighbour(rows, undefined, 1)).toBe(rows[0]);
    expect(neighbour(rows, 'tea/a', 1)).toBe(rows[1]);
    expect(neighbour(rows, 'tea/b', 1)).toBe(rows[1]);
    expect(neighbour([], 'tea/b', 1)).toBeUndefined();
    expect(orderOf(back('asked'))).toBe('o');
    expect(orderOf(ticket('a', {}))).toBeUndefined();
  });
});
