// The loop as it is lived: an operator makes an experiment with a fifth left alone, writes a rule by form and keyboard, tries it
// on last night's show and switches it on; rooms fire it in both arms, by the real draw; the host accepts the prompt; and the
// report of the experiment, which is the rule's, shows both arms.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { COLOURS, looksRight, settled, staffOf, startBrowser, startDemo, tabTo, until } from './house.mjs';

const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...COLOURS };
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'en-GB', hasTouch: true, ...COLOURS };
/** Rooms beside the host's, so that both arms come soon: each draws its own stretches of a minute. */
const ROOMS = ['demo', 'cups', 'silk', 'lamps', 'books', 'soap'];
/** Bounds on waiting for a draw: by then a room without any stretch of one arm is one in ten thousand. */
const DRAWN_MS = 8 * 60_000;

let demo, browser, page, host, base, staff;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  const context = await browser.newContext(DESK);
  page = await context.newPage();
  base = new URL(demo.links.control).origin;
  await page.goto(demo.links['sign in as an operator']);
  await page.waitForURL(/\/control\/demo/);
  await until('they are signed in', async () => (await page.request.get(`${base}/api/me`)).ok());
  staff = staffOf(page);
});

after(async () => {
  await browser?.close();
  await demo?.forget();
});

const button = (name) => page.getByRole('button', { name, exact: true });
const label = (name) => page.getByLabel(name, { exact: true });
const list = (name) => page.getByRole('combobox', { name, exact: true });

async function press(target) {
  await tabTo(page, target, 160);
  await page.keyboard.press('Enter');
}

/** Writes into a field that has the focus by Tab alone. */
async function fill(target, text) {
  await tabTo(page, target, 160);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}

/** Chooses in a list by its first letters. */
async function choose(target, letters) {
  await tabTo(page, target, 160);
  await page.keyboard.type(letters);
}

test('an experiment whose versions are rules alone is made and begun by keyboard', async () => {
  await page.goto(`${base}/control/last-night#experiments`);
  await page.getByText('Nothing has been tried yet').waitFor();
  await page.getByText('Nobody is left alone now.').waitFor();
  await press(button('New experiment'));
  await fill(label('Key'), 'cheer');
  await fill(label('What do you believe, and why?'), 'A host who is reminded to greet people keeps more of them.');
  await choose(list('What it changes'), 'Nothing');
  await page.getByText('Rules name it').waitFor();
  await choose(list('Drawn'), 'a room');
  for (const name of ['A stretch lasts at least, min', 'At most, min']) await fill(label(name), '1');
  await fill(label('Not counted after a switch, s'), '0');
  for (const [at, [key, parts]] of [['without', '1'], ['with', '4']].entries()) {
    await fill(label(`Version ${at + 1}`), key);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(parts);
  }
  await fill(label('The figure today, %'), '20');
  await fill(label('Smallest change worth knowing, %'), '40');
  await press(button('Work it out'));
  await page.getByText(/^One look, when all are there: [\d,]+ stretches of time in all/).waitFor();
  await page.getByText(/^Looking all the time: [\d,]+ stretches of time at most, four times of five/).waitFor();
  await press(button('Look all the time'));
  await page.getByText(/^Planned: [\d,]+, looking all the time/).waitFor();
  await looksRight(page, 'loop-plan-en');
  await press(button('Keep as draft'));
  await page.getByText('It has not begun.').waitFor();
  await page.getByText('No rule hangs on it yet').waitFor();
  await press(button('Start'));
  await button('Off at once').waitFor();
});

test('a rule is written by keyboard, tried on last night, and hung on the experiment', async () => {
  await page.goto(`${base}/control/last-night#rules`);
  await press(button('New rule'));
  await fill(label('Name'), 'Greet them');
  await fill(label('Has to hold, s'), '2');
  await fill(label('People at least'), '0');
  await choose(list('Figure').first(), 'people here');
  await fill(label('With'), '1');
  await page.getByText('here >= 1.0').first().waitFor();
  await fill(label('Ready again when (CEL)'), 'here >= 1.0');
  await fill(label('Text'), 'Say hello to whoever is new');
  await fill(label('Again after, s'), '30');
  await fill(label('Times a show'), '500');
  await choose(list('Who is left alone is drawn'), 'by cheer');
  await page.getByText("The experiment draws, and its report is this rule's.").waitFor();
  assert.equal(await label('Held out, %').count(), 0, 'what an experiment draws the rule does not hold out');
  await press(button('Try on the last show'));
  await page.getByText(/It would have spoken \d+ times:/).waitFor();
  await looksRight(page, 'loop-rule-en');
  await press(button('Save'));
  await page.getByText('Greet them works from now on').waitFor();
  await page.getByRole('link', { name: 'cheer' }).waitFor();
});

test('people come into rooms, and the host accepts the prompt by one key', async () => {
  for (const room of ROOMS.slice(1)) await staff('POST', '/api/rooms', { room, title: room, host_name: 'Mei' });
  for (const room of ROOMS) {
    const viewer = await (await browser.newContext(PHONE)).newPage();
    await viewer.goto(`${base}/r/${room}?lang=en`);
    await viewer.getByPlaceholder(/Say something/).waitFor();
  }
  host = await (await browser.newContext({ ...PHONE, locale: 'zh-CN' })).newPage();
  await host.goto(demo.links['sign in as the host']);
  const prompt = host.getByText('Say hello to whoever is new').first();
  await prompt.waitFor({ timeout: DRAWN_MS });
  await prompt.evaluate((it) => it.scrollIntoView({ block: 'center' }));
  await settled(host);
  await looksRight(host, 'loop-prompt-phone-zh');
  await host.setViewportSize(DESK.viewport);
  await looksRight(host, 'loop-prompt-zh');
  await host.keyboard.press('y');
  await prompt.waitFor({ state: 'detached' });
  const ends = async () => {
    const { arms } = await staff('GET', '/api/rooms/demo/insight');
    return arms.find((it) => it.rule === 'greet-them');
  };
  const arms = await until('the accepted prompt is counted', ends);
  assert.ok(arms.acted.occasions >= 1, JSON.stringify(arms));
});

test('both arms occur by the real draw, and the report shows both', async () => {
  const report = () => staff('GET', '/api/experiments/cheer/report');
  const occasions = async () => {
    const sum = { acted: 0, held: 0 };
    for (const room of ROOMS) {
      const { arms } = await staff('GET', `/api/rooms/${room}/insight`);
      const it = arms.find((one) => one.rule === 'greet-them');
      sum.acted += it?.acted.occasions ?? 0;
      sum.held += it?.held_out.occasions ?? 0;
    }
    return sum;
  };
  const seen = await until('rooms acted, and left alone', async () => {
    const sum = await occasions();
    return sum.acted > 0 && sum.held > 0 && sum;
  }, DRAWN_MS);
  console.log(`      ${seen.acted} acted on, ${seen.held} left alone`);
  await until('stretches of both are counted', async () => (await report()).arms.every((it) => it.units > 0), DRAWN_MS);
  await page.goto(`${base}/control/demo#experiments/cheer`);
  await page.getByRole('row', { name: /^without 20% [1-9]/ }).waitFor();
  await page.getByRole('row', { name: /^with 80% [1-9]/ }).waitFor();
  await page.getByRole('link', { name: 'Greet them' }).waitFor();
  await looksRight(page, 'loop-report-en');
  // The way back leads to the rule, by keyboard.
  await press(page.getByRole('link', { name: 'Greet them' }));
  await page.getByRole('form', { name: 'Greet them' }).waitFor();
  await press(page.getByRole('link', { name: 'Report of cheer' }));
  await page.getByRole('row', { name: /^with 80%/ }).waitFor();
  // While the rule is on, the experiment is ended by the switch for emergencies alone.
  await press(button('Stop'));
  const told = page.getByText('Rules hang on it. Switch them off, or take them from it, first.');
  await told.waitFor();
  await told.waitFor({ state: 'detached' });
});

test('holdouts are changed in place, and what that means is said before', async () => {
  await page.goto(`${base}/control/demo#experiments`);
  await press(button('Change…'));
  await fill(label('Everything automatic: Left alone, %'), '5');
  await press(button('Change…'));
  await page.getByText('Everything automatic: 5% of viewers are left alone from now on, and 5% are measured beside them.').waitFor();
  await looksRight(page, 'loop-holdouts-asks-en');
  await press(button('Yes, change it'));
  await page.getByText('Holdouts are changed').waitFor();
  await page.getByText(/^5% since /).waitFor();
  await page.getByText(/^\d+ measured, \d+ left alone$/).waitFor();
  await looksRight(page, 'loop-holdouts-en');
  // Another share of the same people, and other people, mean something else.
  await press(button('Change…'));
  await fill(label('Everything automatic: Left alone, %'), '2');
  await press(button('Change…'));
  await page.getByText('Everything automatic: from 5% to 2%.').waitFor();
  await press(button('Leave it as it is'));
  await page.getByText(/^5% since /).waitFor();
});

test('the same in Chinese', async () => {
  await page.goto(`${base}/control/demo?lang=zh#experiments/cheer`);
  await page.getByRole('row', { name: /^with 80%/ }).waitFor();
  await page.getByText('挂在上面的规则').waitFor();
  await looksRight(page, 'loop-report-zh');
  await page.goto(`${base}/control/demo?lang=zh#experiments`);
  await page.reload();
  await page.getByText(/^自 .* 起保留 5%/).waitFor();
  await page.getByText(/^测量 \d+ 人，保留 \d+ 人$/).waitFor();
  await looksRight(page, 'loop-holdouts-zh');
  await page.goto(`${base}/control/demo?lang=zh#rules/greet-them`);
  await page.reload();
  const drawn = page.getByText('由实验抽签，实验的报告就是本规则的报告。');
  await drawn.waitFor();
  await page.getByText('here >= 1.0').first().waitFor();
  await drawn.scrollIntoViewIfNeeded();
  await looksRight(page, 'loop-rule-zh');
  await page.setViewportSize(PHONE.viewport);
  await looksRight(page, 'loop-rule-phone-zh');
  for (const [hash, name] of [['experiments/cheer', 'loop-report-phone-zh'], ['experiments', 'loop-holdouts-phone-zh']]) {
    await page.goto(`${base}/control/demo?lang=zh#${hash}`);
    await page.reload();
    await page.getByText(hash === 'experiments' ? /^测量 \d+ 人/ : '挂在上面的规则').waitFor();
    if (hash === 'experiments') await page.getByText(/^测量 \d+ 人/).scrollIntoViewIfNeeded();
    await looksRight(page, name);
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
  }
});
