// Everything people can play, by a host and three viewers on phones: one taps in English, one in Chinese, one has only a
// keyboard. Whatever chance decides is computed again by the offline command.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { LINGER, openHouse, picture, startBrowser, startServer, until } from './house.mjs';

const ROOM = 'play';
const phone = (locale) => ({ viewport: { width: 390, height: 844 }, locale, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5 });
const DESK = { viewport: { width: 1440, height: 1000 }, locale: 'en-US' };

let server, browser, studio, staff, ann, bob, cat;

before(async () => {
  server = await startServer('--hold-out', '0');
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const ask = (act) => staff('POST', `/api/rooms/${ROOM}/ask`, act);

/** Starts an activity by the studio's form: what kind, and what to fill in by its labels. */
async function start(kind, fields, ticks = []) {
  await studio.getByRole('button', { name: 'Start one' }).click();
  const form = studio.locator('form', { has: studio.getByRole('button', { name: 'Start', exact: true }) });
  await form.locator('select').first().selectOption({ label: kind });
  for (const [label, value] of Object.entries(fields)) {
    const field = form.getByLabel(label).first();
    if ((await field.evaluate((it) => it.tagName)) === 'SELECT') await field.selectOption({ label: value });
    else await field.fill(String(value));
  }
  for (const tick of ticks) await studio.getByRole('checkbox', { name: tick }).uncheck();
  await picture(studio, `play-form-${kind.toLowerCase().replaceAll(' ', '-')}-desktop-en`);
  await studio.getByRole('button', { name: 'Start', exact: true }).click();
  await studio.getByRole('button', { name: 'Start one' }).waitFor();
}

const end = () => studio.getByRole('button', { name: 'End now' }).click();
const next = () => studio.getByRole('button', { name: 'Go on' }).click();
const dialog = (page) => page.getByRole('dialog');

/** Opens the chip of a game: a tap, or for who has no pointer the keyboard alone. */
async function open(page, name) {
  const chip = page.getByRole('button', { name }).first();
  if (page === cat) {
    await chip.focus();
    await page.keyboard.press('Enter');
  } else await chip.tap();
  await dialog(page).waitFor();
}

/** Presses a button of the open sheet, each in their own way. */
async function press(page, name) {
  const button = dialog(page).getByRole('button', { name }).first();
  if (page === cat) {
    await button.focus();
    await page.keyboard.press('Enter');
  } else await button.tap();
}

const back = async (page) => {
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
};
const everybody = () => [ann, bob, cat];
const all = (act) => Promise.all(everybody().map(act));

/** The record that anybody can read, computed again without a server. */
async function verified(activity) {
  const record = await until('the record is public', () => staff('GET', `/api/rooms/${ROOM}/activities/${activity}/record`).catch(() => undefined));
  const file = join(server.data, `record-${activity}.json`);
  await writeFile(file, JSON.stringify(record));
  const { stdout } = await promisify(execFile)(LINGER, ['verify-draw', file]);
  assert.match(stdout, /^kept to/);
  record.players.reverse();
  if (record.players.length > 1) {
    await writeFile(file, JSON.stringify(record));
    await assert.rejects(promisify(execFile)(LINGER, ['verify-draw', file]));
  }
  record.players.reverse();
  return record;
}

test('a host and three viewers meet', async () => {
  ({ page: studio, staff } = await openHouse(server, await browser.newContext(DESK), ROOM, 'Tea evening'));
  const item = { id: 7, title: 'Blue teapot', seller: 'Story shop', image: '', price: { minor: 2900, currency: 'CNY' } };
  await staff('POST', '/api/catalogue', { products: [item] });
  await ask({ kind: 'list-item', item: 7 });
  await studio.goto(`${server.base}/studio/${ROOM}`);
  ann = await (await browser.newContext(phone('en-US'))).newPage();
  bob = await (await browser.newContext(phone('zh-CN'))).newPage();
  cat = await (await browser.newContext(phone('en-US'))).newPage();
  await all((page) => page.goto(`${server.base}/r/${ROOM}`));
  await all((page) => page.getByRole('button', { name: /Like|点赞/ }).first().waitFor());
});

test('a vote: one vote each, and a changed mind counts once', async () => {
  await start('Vote', { Options: 'Red\nBlue', Name: 'Which colour next?' });
  await all((page) => open(page, /Vote|投票/));
  await press(ann, 'Vote for Red');
  await press(bob, '投给 Blue');
  await press(cat, 'Vote for Red');
  await press(ann, 'Vote for Blue');
  await dialog(ann).getByText(/67/).first().waitFor();
  await picture(ann, 'play-vote-phone-en');
  await picture(bob, 'play-vote-phone-zh');
  await end();
  assert.deepEqual((await verified(1)).outcome, { kind: 'votes', votes: [1, 2] });
  await all(back);
});

test('a quiz: answered, explained, and won by who was right', async () => {
  const questions = 'What is it made of?\nclay\n*glass\n= It is blown from glass.\n\nHow many cups does it hold?\n*four\nforty\n= It holds half a litre.';
  await start('Quiz', { Questions: questions, Seconds: 60, 'Prize': 'A blue teapot' });
  await all((page) => open(page, /Quiz|答题/));
  await next();
  await all((page) => dialog(page).getByText('What is it made of?').waitFor());
  await picture(ann, 'play-quiz-question-phone-en');
  await press(ann, 'glass');
  await press(bob, 'clay');
  await press(cat, 'glass');
  await all((page) => dialog(page).getByText(/Your answer is in|已作答/).waitFor());
  await next();
  await dialog(ann).getByText('It is blown from glass.').waitFor();
  await dialog(bob).getByText('答错了', { exact: false }).waitFor();
  await picture(ann, 'play-quiz-explained-phone-en');
  await picture(bob, 'play-quiz-explained-phone-zh');
  await next();
  await all((page) => dialog(page).getByText('How many cups does it hold?').waitFor());
  await press(ann, 'four');
  await dialog(ann).getByText(/Your answer is in/).waitFor();
  await next();
  await next();
  await dialog(ann).getByText('You won!').waitFor();
  await dialog(cat).getByText('Not this time').waitFor();
  const record = await verified(2);
  assert.equal(record.outcome.winners.length, 1);
  await all(back);
});

test('a red packet: every cent is given or goes back', async () => {
  await start('Red packet', { 'Amount in all': 10, Shares: 5 });
  await all((page) => open(page, /Red packet|红包/));
  await picture(bob, 'play-packet-phone-zh');
  await press(ann, 'Open my share');
  await press(bob, '领我的红包');
  await press(cat, 'Open my share');
  await all((page) => dialog(page).getByText(/Your share is kept|已为你留好/).waitFor());
  await end();
  await all((page) => dialog(page).getByText(/for you$|你得到/).waitFor());
  await picture(ann, 'play-packet-opened-phone-en');
  await picture(bob, 'play-packet-opened-phone-zh');
  const { outcome } = await verified(3);
  assert.equal(outcome.shares.reduce((sum, it) => sum + it, 0) + outcome.rest_minor, 1000);
  await all(back);
});

test('a wheel: its odds are its slices, and it gives no more than there is', async () => {
  await start('Wheel of fortune', { Slices: 'A cup | 1 | 1\nA spoon | 2 | 5\nThanks for playing | 3' });
  await all((page) => open(page, /Wheel|大转盘/));
  await press(ann, 'Spin for me');
  await press(bob, '帮我转一次');
  await press(cat, 'Spin for me');
  await all((page) => dialog(page).getByText(/Your turn is in|已加入/).waitFor());
  await picture(ann, 'play-wheel-phone-en');
  await end();
  await all((page) => dialog(page).getByText(/stopped at|停在/).waitFor());
  await picture(bob, 'play-wheel-stopped-phone-zh');
  assert.equal((await verified(4)).outcome.spins.length, 3);
  await all(back);
});

test('guess the price: the closest wins', async () => {
  await start('Guess the price', { Product: 'Blue teapot', Prize: 'The teapot' });
  await all((page) => open(page, /Guess|猜价格/));
  for (const [page, amount, name] of [[ann, '20', 'Guess'], [bob, '28.5', '猜'], [cat, '50', 'Guess']]) {
    await dialog(page).getByRole('textbox').fill(amount);
    await press(page, new RegExp(`^${name}$`));
  }
  await all((page) => dialog(page).getByText(/You guessed|你猜的是/).waitFor());
  await picture(bob, 'play-guess-phone-zh');
  await end();
  await dialog(bob).getByText('你中奖了！').waitFor();
  await picture(ann, 'play-guess-over-phone-en');
  assert.equal((await verified(5)).outcome.winners.length, 1);
  await all(back);
});

test('the first one gets it, and the others hear it kindly', async () => {
  await start('First ones win', { Prize: 'A tea towel' });
  await all((page) => open(page, /First|先到先得/));
  await picture(ann, 'play-first-phone-en');
  await press(cat, 'Grab one');
  await dialog(cat).getByText('You won!').waitFor();
  await dialog(ann).getByText('This one is over').waitFor();
  await verified(6);
  await all(back);
});

test('a task: asked and followed is done', async () => {
  await start('Task', { 'Watch, minutes': 0, Prize: 'A sample' });
  await open(ann, /Task/);
  await press(ann, 'Begin');
  await dialog(ann).getByRole('button', { name: /I am done/ }).waitFor();
  await picture(ann, 'play-task-phone-en');
  await back(ann);
  const words = ann.getByRole('textbox').first();
  await words.fill('how much is it?');
  await words.press('Enter');
  await ann.getByRole('button', { name: /Follow/ }).first().tap();
  await open(ann, /Task/);
  await press(ann, 'I am done');
  await dialog(ann).getByText('You won!').waitFor();
  await verified(7);
  await all((page) => back(page).catch(() => undefined));
});

test('a PK: cheers pull the rope', async () => {
  await start('PK', { 'First side': 'Mei', 'Second side': 'Lin', 'What the loser does': 'sings a song' });
  await all((page) => open(page, /^PK/));
  for (let n = 0; n < 6; n++) await press(ann, 'Cheer for Mei');
  await press(bob, '为 Lin 加油');
  await press(cat, 'Cheer for Mei');
  await until('the cheers arrived', () => dialog(ann).getByRole('img', { name: 'Mei 7 : 1 Lin' }).isVisible());
  await picture(ann, 'play-pk-phone-en');
  await picture(bob, 'play-pk-phone-zh');
  await end();
  await dialog(cat).getByText('Mei wins').waitFor();
  assert.deepEqual((await verified(8)).outcome.points, [7, 1]);
  await all(back);
});

test('quick tap: whoever is as fast as a person may win', async () => {
  await start('Quick tap', { Signals: 1, Prize: 'A cup' });
  await all((page) => open(page, /Quick tap|快手点/));
  await picture(ann, 'play-reflex-phone-en');
  // A person sees the light and then moves: the page itself stands in for eye and hand.
  await all((page) =>
    page.evaluate(
      () =>
        new Promise((done) => {
          const look = () => {
            const pad = document.querySelector('.pad.lit');
            if (!pad) return requestAnimationFrame(look);
            setTimeout(() => {
              pad.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
              done();
            }, 300);
          };
          look();
        }),
    ),
  );
  await dialog(ann).getByText(/That counts/).waitFor();
  await picture(ann, 'play-reflex-counted-phone-en');
  await end();
  const { players, outcome } = await verified(9);
  assert.deepEqual(players.map((it) => it.number), ['1', '1', '1']);
  assert.equal(outcome.winners.length, 1);
  await picture(studio, 'play-studio-desktop-en');
});
