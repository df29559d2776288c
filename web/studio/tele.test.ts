// How the teleprompter is set, whatever was kept of it.
import { expect, test } from 'vitest';
import { nextSize, settingsFrom } from './tele.svelte';

test('letters grow and shrink by steps and stop at both ends', () => {
  expect([nextSize(100, 1), nextSize(100, -1)]).toEqual([115, 90]);
  expect([nextSize(200, 1), nextSize(60, -1)]).toEqual([200, 60]);
});

test('what was kept is taken where it can be, and set anew where not', () => {
  expect(settingsFrom('{"size":150,"mirror":true}')).toEqual({ size: 150, mirror: true });
  for (const text of [null, '', 'x', '{"size":9999,"mirror":"yes"}', '[]']) expect(settingsFrom(text), String(text)).toEqual({ size: 100, mirror: false });
});
