// Somebody who has never seen the product finds, in a real browser, the worst moment of the demo's last night and its
// likely cause.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser, startDemo, until } from './house.mjs';

let demo, browser, page;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage();
});

after(async () => {
  await browser?.close();
  await demo?.forget();
});

const answer = () => page.locator('.answer').textContent();

test('the link that the demo prints leads to the answer within a minute', async () => {
  const began = Date.now();
  await page.goto(demo.links['what happened last night']);
  await until('the answer is there', async () => /Likely cause: the picture stalled/.test((await page.locator('.answer').count()) ? await answer() : ''));
  assert.match(await answer(), /^\s*The worst moment: \d\d:14:\d\d\. \d+ people more than expected left within \d+ s\./);
  assert.ok(Date.now() - began < 60_000);
});

test('the evidence and a next step are open, and the arrow keys go from moment to moment', async () => {
  assert.match(await page.locator('.evidence').textContent(), /share of watched time that stalled: \d+%, usually 0\.\d%.*Next step: Check the uplink/is);
  await page.locator('button.row').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await until('the second moment is open', async () => /questions went unanswered/i.test(await page.locator('.evidence').textContent()));
  assert.match(await page.locator('.readout').textContent(), /Zoomed to/);
  await page.keyboard.press('Escape');
});

test('a second of the time line and a range of it tell their figures', async () => {
  await page.locator('.chart').first().scrollIntoViewIfNeeded();
  const box = await page.locator('.chart').first().boundingBox();
  await page.mouse.move(box.x + box.width / 3, box.y + 60);
  await until('the second is told', async () => /\d+ here.*leave a minute.*expected/.test(await page.locator('.readout').textContent()));
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await until('the range is told', async () => /here on average.*left, .*expected/.test(await page.locator('.readout').textContent()));
});

test('the night before stands beside it, and a report is there to be kept', async () => {
  await page.getByLabel('Compare with').selectOption({ index: 1 });
  await until('two shows are compared', async () => (await page.getByRole('heading', { name: 'Side by side' }).count()) === 1);
  const kept = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Week' }).click();
  assert.match((await kept).suggestedFilename(), /^linger-last-night-7\.html$/);
});

test('a room whose show has not begun says what will make one appear, and a wrong number is told', async () => {
  const { origin } = new URL(demo.links.control);
  await page.goto(`${origin}/control/demo#shows`);
  await until('it is empty', async () => /No show yet/.test(await page.locator('main').textContent()));
  await page.goto(`${origin}/control/last-night#shows/77`);
  await page.reload();
  await until('it is told', async () => /no such show/i.test(await page.locator('main').textContent()));
});
