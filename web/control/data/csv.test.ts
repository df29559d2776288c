import { expect, test } from 'vitest';
import { csvOf } from './csv';

test('texts are quoted, formulas made harmless, numbers left alone', () => {
  expect(csvOf(['a', 'b'], [['x"y', -1.5], ['=1+1', null]])).toBe('"a","b"\r\n"x""y",-1.5\r\n"\'=1+1",""\r\n');
});
