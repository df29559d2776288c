import { describe, expect, test } from 'vitest';
import { ACTS, actOf, blank, codeOf, conditionOf, rowsOf } from './draft';

describe('a rule being written', () => {
  test('is the same condition as rows and as a form', () => {
    const rows = [
      { metric: 'here', is: 'at-least', value: 20, other: '' },
      { metric: 'leave_hazard', is: 'above', value: 2, other: 'leave_hazard_usual' },
    ];
    expect(rowsOf(conditionOf(rows))).toEqual(rows);
    expect(rowsOf({ metric: 'here', is: 'above', than: 5 })).toEqual([{ metric: 'here', is: 'above', value: 5, other: '' }]);
  });

  test('stays CEL where rows cannot say it', () => {
    expect(rowsOf({ cel: 'here > 5' })).toBeUndefined();
    expect(rowsOf({ all: [{ any: [] }] })).toBeUndefined();
    expect(rowsOf({ not: { metric: 'here', is: 'above', than: 5 } })).toBeUndefined();
    expect(rowsOf(null)).toBeUndefined();
  });

  test('has a code made of its name', () => {
    expect(codeOf(' Many leave, at once! ')).toBe('many-leave-at-once');
    expect(codeOf('很多人离开')).toBe('');
  });

  test('begins with something, whatever it does', () => {
    expect(rowsOf(blank().when)).toHaveLength(1);
    for (const act of ACTS) expect(actOf(act).act).toBe(act);
  });
});
