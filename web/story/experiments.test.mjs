// An operator makes an experiment in the control room by keyboard and begins it; viewers of both versions see different things;
// the report shows both; the kill switch takes it back for who is there.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { COLOURS, looksRight, openHouse, picture, startBrowser, startServer, tabTo, until } from './house.mjs';

const PHONE = { viewport: { width: 390, height: 844 } };
const DESK = { viewport: { width: 1440, height: 900 } };
const WORDS = { plain: 'Say it here', warm: 'Say hello to Mei' };
let server, browser, page, staff;
const viewers = [];

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const context = await browser.newContext({ ...DESK, ...COLOURS, locale: 'en-GB' });
  ({ page, staff } = await openHouse(server, context, 'tea', 'Tea'));
  await page.goto(`${server.base}/control/tea#experiments`);
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const button = (name) => page.getByRole('button', { name, exact: true });

/** Writes into a field that has the focus by Tab alone. */
async function fill(label, text) {
  await tabTo(page, page.getByLabel(label, { exact: true }).first());
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}

test('an experiment is made and begun by keyboard alone', async () => {
  await page.getByText('Nothing has been tried yet').waitFor();
  await looksRight(page, 'experiments-none');
  await tabTo(page, button('New experiment'));
  await page.keyboard.press('Enter');
  await fill('Key', 'hello');
  await fill('What do you believe, and why?', 'People who are asked to say hello take part more often.');
  for (const [at, [key, words]] of Object.entries(WORDS).entries()) {
    await tabTo(page, page.getByLabel(`Version ${at + 1}`, { exact: true }));
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(key);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type(words);
  }
  await fill('The figure today, %', '20');
  await fill('Smallest change worth knowing, %', '40');
  await fill('New units a day', '3000');
  await tabTo(page, button('Work it out'));
  await page.keyboard.press('Enter');
  await page.getByText(/One look, when all are there: .* people in all, in about/).waitFor();
  await page.getByText(/Looking all the time: .* people at most, four times of five, in about/).waitFor();
  await tabTo(page, button('Look all the time'));
  await page.keyboard.press('Enter');
  await looksRight(page, 'experiments-form');
  await tabTo(page, button('Keep as draft'));
  await page.keyboard.press('Enter');
  await page.getByText('It has not begun.').waitFor();
  await tabTo(page, button('Start'));
  await page.keyboard.press('Enter');
  await page.getByText('Too early to tell').waitFor();
});

test('viewers of both versions see different things, and the same again when they come back', async () => {
  const seen = new Set();
  for (let n = 0; n < 24 && seen.size < 2; n++) {
    const viewer = await (await browser.newContext({ ...PHONE, ...COLOURS, locale: 'en-GB' })).newPage();
    await viewer.goto(`${server.base}/r/tea`);
    const input = viewer.getByLabel('Say something', { exact: true }).or(viewer.locator('form input:not([type=file])')).first();
    await input.waitFor();
    const shown = await until('the hint is the experiment\'s', async () => {
      const hint = await input.getAttribute('placeholder');
      return Object.values(WORDS).includes(hint) && hint;
    });
    await viewer.reload();
    await input.waitFor();
    await until('it is the same again', async () => (await input.getAttribute('placeholder')) === shown);
    if (seen.has(shown)) {
      await viewer.context().close();
      continue;
    }
    seen.add(shown);
    viewers.push({ viewer, input });
    await picture(viewer, `experiments-viewer-${seen.size}`);
  }
  assert.deepEqual([...seen].toSorted(), Object.values(WORDS).toSorted());
});

test('the report shows both versions', async () => {
  await until('both are counted', async () => {
    const { arms } = await staff('GET', '/api/experiments/hello/report');
    return arms.every((it) => it.units > 0);
  });
  await page.reload();
  for (const arm of Object.keys(WORDS)) await page.getByRole('row', { name: new RegExp(`^${arm} 50%`) }).waitFor();
  await page.getByText('Too early to tell').waitFor();
});

test('with people whose truth is known it says what is better, and draws both', async () => {
  // A shop's server tells who was shown what, and what they did, as a house with an audience would have.
  const { key } = await staff('POST', '/api/write-keys', { name: 'Crowd', source: 'crowd', trusted: true, per_second: 100000 });
  const tell = (batch) =>
    fetch(`${server.base}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ batch }),
    });
  const batch = [];
  for (let n = 0; n < 800; n++) {
    const arm = n % 2 ? 'warm' : 'plain';
    const did = (event, properties) => batch.push({ type: 'track', userId: `p${n}`, event, messageId: `${event}-${n}`, properties });
    did('experiment.exposed', { outcome: `hello/1/${arm}` });
    if (n % 20 < (n % 2 ? 8 : 4)) did('room.interacted', { outcome: 'comment' });
  }
  for (let at = 0; at < batch.length; at += 500) {
    const answer = await tell(batch.slice(at, at + 500));
    assert.equal(answer.status, 200, await answer.text());
  }
  await until('all are counted', async () => {
    const { arms } = await staff('GET', '/api/experiments/hello/report');
    return arms.reduce((sum, it) => sum + it.units, 0) >= 800;
  });
  await page.reload();
  await page.getByText('warm is better than plain').waitFor();
  assert.equal(await page.getByRole('img', { name: /^share who take part: plain/ }).count(), 1);
  assert.equal(await page.getByRole('img', { name: /^warm against plain: \+/ }).count(), 1);
  await looksRight(page, 'experiments-running');
  await page.setViewportSize(PHONE.viewport);
  await looksRight(page, 'experiments-running-phone');
  await page.setViewportSize(DESK.viewport);
  await page.evaluate(() => localStorage.setItem('linger.lang', 'zh'));
  await page.reload();
  await page.getByText('warm 比 plain 更好').waitFor();
  await looksRight(page, 'experiments-running-zh');
  await page.evaluate(() => localStorage.setItem('linger.lang', 'en'));
  await page.reload();
});

test('switched off at once, it is as before for those who are there', async () => {
  await tabTo(page, button('Off at once'));
  await page.keyboard.press('Enter');
  await page.getByText('It was switched off because something was wrong.').waitFor();
  for (const { input } of viewers) {
    await until('the hint is the usual one', async () => !Object.values(WORDS).includes(await input.getAttribute('placeholder')));
  }
});
