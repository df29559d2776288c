// An operator asks what people did, opens the people behind a figure, keeps a list of people and an alarm; a host, who may
// not look at people, is not led to them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser, startDemo, until } from './house.mjs';

let demo, browser, page;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage();
  await page.goto(demo.links['what happened last night']);
  await page.waitForURL((url) => url.pathname.startsWith('/control'));
});

after(async () => {
  await browser?.close();
  await demo?.forget();
});

const says = () => page.locator('.says').last().textContent();
const area = (name) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

test('a funnel says where people are lost, and its link asks the same again', async () => {
  await area('Explore');
  await page.locator('.kinds label', { hasText: 'Funnel' }).click();
  await until('the funnel is answered', async () => /\d% of [\d,]+ people got to the end\. Most were lost before “Placed an order”: [\d,]+\./.test(await says()));
  const other = await page.context().newPage();
  await other.goto(page.url());
  await until('the link asks the same', async () => /got to the end/.test((await other.locator('.says').last().textContent({ timeout: 10_000 })) ?? ''));
  await other.close();
});

test('the people who were lost can be opened, and what one of them did', async () => {
  await page.locator('.lost').first().click();
  await until('there are people', async () => (await page.locator('[role=dialog] .people button').count()) > 10);
  await page.locator('[role=dialog] .people button').first().click();
  await until('there is what they did', async () => /Entered a room/.test(await page.locator('[role=dialog]').textContent()));
  await page.keyboard.press('Escape');
  await until('it is closed', async () => (await page.locator('[role=dialog]').count()) === 0);
});

test('a question is kept for everybody, and another kind is asked at a tap', async () => {
  await page.getByLabel('Keep it as…').fill('Last steps');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await until('it is kept', async () => (await page.getByRole('button', { name: 'Last steps', exact: true }).count()) === 1);
  await page.locator('.kinds label', { hasText: 'Sequence' }).click();
  await until('the sequence is answered', async () => /Sequence/.test(await page.locator('.answer h2').textContent()));
});

test('a ready list of people is taken over, counted and can be exported', async () => {
  await area('People');
  await page.locator('li', { hasText: 'New this week' }).getByRole('button', { name: 'Take over' }).click();
  const row = page.locator('li', { hasText: 'New this week' });
  await until('it is counted', async () => /[1-9]/.test((await row.locator('.figure').textContent({ timeout: 5_000 }).catch(() => '')) ?? ''));
  await row.locator('.figure').click();
  await until('its people can be opened', async () => (await page.locator('[role=dialog] .people button').count()) > 10);
  await page.keyboard.press('Escape');
  const kept = page.waitForEvent('download');
  await row.getByRole('link', { name: /CSV/ }).click();
  assert.match((await kept).suggestedFilename(), /csv$/);
});

test('SQL is answered, and a query that is none is told so', async () => {
  // Summaries follow events within seconds.
  await until('there are rows', async () => {
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    return /room\.entered/.test(await page.locator('main table').textContent({ timeout: 1_000 }).catch(() => ''));
  });
  await page.getByRole('textbox', { name: 'SQL' }).fill('DELETE FROM daily');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await until('it is refused', async () => (await page.getByRole('alert').count()) === 1);
});

test('the board tells what is below its baseline, and an alarm is kept after it was tried', async () => {
  await area('Board');
  await until('there are eight', async () => (await page.locator('.tiles li').count()) === 8);
  assert.match(await says(), /below the baseline/);
  await page.locator('.tiles button').first().click();
  await page.getByRole('button', { name: 'Open in Explore' }).click();
  await until('what lies behind the figure is asked', async () => /Retention/.test(await page.locator('.answer h2').textContent({ timeout: 5_000 }).catch(() => '')));
  await area('Board');
  await page.getByRole('button', { name: 'Try it on the past' }).click();
  await page.getByRole('button', { name: 'Keep this alarm' }).click();
  await until('it is kept', async () => (await page.getByRole('button', { name: 'Remove Back next day' }).count()) === 1);
});

test('a host may ask, and is not led to people', async () => {
  const host = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
  const link = demo.links['sign in as the host'].replace('next=/studio/demo', 'next=/control/last-night%23explore');
  await host.goto(link);
  await host.waitForURL((url) => url.pathname.startsWith('/control'));
  await until('it is answered', async () => /人/.test((await host.locator('.says').last().textContent({ timeout: 10_000 })) ?? ''));
  assert.deepEqual(await host.getByRole('navigation').last().getByRole('link').allTextContents(), ['直播中', '场次', '探索', '规则', '优惠', '售后']);
  assert.equal(await host.locator('td button:not(:disabled)').count(), 0);
});
