// What a change of holdouts means is said before it is made, and what is put is what was said.
import { expect, test } from 'vitest';
import type { Holdouts } from '../../wire';
import { meansOf, putOf, rowsOf } from './holdouts';

const kept: Holdouts = {
  everything: { share: 0.05, phase: 2 },
  programmes: { coupons: { share: 0.1, phase: 0 } },
  since: { everything: 5, 'programme/coupons': 6 },
  changed_at: 7,
};

test('rows are everything, what has a holdout, and what experiments name', () => {
  expect(rowsOf(kept, ['talk', 'coupons']).map((it) => [it.of, it.share])).toEqual([['everything', 0.05], ['programme/coupons', 0.1], ['programme/talk', 0]]);
});

test('each change is named, and what stays as it is is not', () => {
  const means = (change: (rows: ReturnType<typeof rowsOf>) => void) => {
    const rows = rowsOf(kept, ['talk']);
    change(rows);
    return meansOf(kept, rows).map((it) => [it.of, it.says.replace('experiments.leftAlone', '')]);
  };
  expect(means(() => {})).toEqual([]);
  expect(means((rows) => (rows[0]!.share = 0.1))).toEqual([['everything', 'More']]);
  expect(means((rows) => (rows[0]!.share = 0.01))).toEqual([['everything', 'Less']]);
  expect(means((rows) => (rows[0]!.share = 0))).toEqual([['everything', 'Ends']]);
  expect(means((rows) => (rows[2]!.share = 0.2))).toEqual([['programme/talk', 'Begins']]);
  expect(means((rows) => (rows[1]!.anew = true))).toEqual([['programme/coupons', 'Drawn']]);
});

test('what is put says which state was seen, and draws anew only where it was asked for', () => {
  const rows = rowsOf(kept, ['talk']);
  rows[0]!.share = 0.02;
  rows[1]!.anew = true;
  rows[2]!.share = 0.2;
  expect(putOf(kept, rows)).toEqual({
    everything: { share: 0.02, phase: 2 },
    programmes: { coupons: { share: 0.1, phase: 1 }, talk: { share: 0.2, phase: 1 } },
    after: 7,
  });
});
