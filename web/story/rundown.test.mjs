// A run of show in a real browser: the host starts it, skips, holds and improvises; a viewer on a phone sees the card as long
// as its step, and the countdown to the moment worth staying for.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openHouse, startBrowser, startServer, until } from './house.mjs';

const ROOM = 'story';
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'en-US', hasTouch: true };
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-US' };
const ITEM = { id: 7, title: 'Blue teapot', seller: 'Story shop', image: '', price: { minor: 2900, currency: 'CNY' } };

let server, browser, studio, staff, editor, ann;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const chip = (state) => ann.locator(`[data-climax=${state}]`);
const card = () => ann.locator('article').filter({ hasText: 'Blue teapot' });
const on = () => studio.locator('[data-step]');

test('an operator writes the run of show, and moves a step by keyboard', async () => {
  const context = await browser.newContext(DESK);
  ({ page: studio, staff } = await openHouse(server, context, ROOM, 'Tea evening'));
  await staff('POST', '/api/catalogue', { products: [ITEM] });
  await staff('POST', `/api/rooms/${ROOM}/ask`, { kind: 'list-item', item: ITEM.id });
  editor = await context.newPage();
  await editor.goto(`${server.base}/control/${ROOM}#run`);
  const titles = editor.getByLabel('What happens', { exact: true });
  for (const [n, title] of ['Hello', 'Flash sale', 'Teapot', 'Bye'].entries()) {
    await editor.getByRole('button', { name: 'Add a step', exact: true }).click();
    await titles.nth(n).fill(title);
  }
  await editor.getByRole('button', { name: 'Move step 2' }).focus();
  await editor.keyboard.press('ArrowDown');
  await until('the step has moved', async () => (await titles.nth(2).inputValue()) === 'Flash sale');
  await editor.getByLabel('Product', { exact: true }).nth(1).selectOption('7');
  await editor.getByLabel('Best moment', { exact: true }).nth(2).check();
  const minutes = editor.getByLabel('min', { exact: true });
  await minutes.nth(1).fill('1');
  await editor.getByRole('button', { name: 'Save' }).click();
  await editor.getByText('The run of show is saved.').waitFor();
});

test('the host starts it and skips: the card is there as long as its step', async () => {
  ann = await (await browser.newContext(PHONE)).newPage();
  await ann.goto(`${server.base}/r/${ROOM}?lang=en`);
  await studio.goto(`${server.base}/studio/${ROOM}`);
  await studio.getByRole('button', { name: /^Start the run of show/ }).click();
  await on().getByText('Hello').waitFor();
  assert.equal(await card().count(), 0);
  await studio.keyboard.press('g');
  await on().getByText('Teapot').first().waitFor();
  await card().first().waitFor();
  // The step is shorter than the time ahead, so the moment is announced at once, with the server's time.
  await chip('coming').getByText(/In 0:5\d/).waitFor();
  await chip('coming').getByText('Flash sale').first().waitFor();
});

test('holding stops the countdown, and the moment comes when the host goes on', async () => {
  await studio.keyboard.press('h');
  await chip('held').getByText('Coming up: Flash sale').waitFor();
  await card().first().waitFor();
  await studio.getByText('Time stands still').waitFor();
  await studio.keyboard.press('h');
  await chip('coming').first().waitFor();
  await studio.getByText('Time stands still').waitFor({ state: 'hidden' });
  await studio.keyboard.press('g');
  await chip('on').getByText('Now: Flash sale').waitFor();
  await until('the card is gone', async () => (await card().count()) === 0);
});

test('what is put in between waits for nobody, and the rest of the step follows', async () => {
  await studio.keyboard.press('i');
  await studio.getByLabel('What is it about?').fill('A song');
  await studio.keyboard.press('Enter');
  await on().getByText('A song').waitFor();
  await until('the chip is gone', async () => (await ann.locator('[data-climax]').count()) === 0);
  await studio.keyboard.press('g');
  await on().getByText('Flash sale').waitFor();
  await chip('on').first().waitFor();
});

test('every turn stands in the log once', async () => {
  await server.stop();
  const turns = (await server.dump(ROOM)).filter((entry) => JSON.stringify(entry).includes('step-started'));
  assert.equal(turns.length, 5);
});
