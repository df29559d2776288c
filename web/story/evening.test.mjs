// One evening of live commerce in a real browser, over real sockets, from the first invitation to the last entry of the
// log. Every step is one promise of the product.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { listen, moves, openHouse, startBrowser, startLine, startServer, until } from './house.mjs';

const ROOM = 'story';
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'en-US', permissions: ['camera', 'microphone'] };
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-US', permissions: ['camera', 'microphone'] };
const ITEM = { id: 7, title: 'Blue teapot', seller: 'Story shop', image: '', price: { minor: 2900, currency: 'CNY' } };

let server, browser, line, studio, staff, control, ann, bob, heardAnn, heardBob;

before(async () => {
  // Nobody is held out: the story wants to see the prompt.
  server = await startServer('--hold-out', '0');
  browser = await startBrowser();
  line = await startLine(server.base);
});

after(async () => {
  await browser?.close();
  line?.close();
  await server?.forget();
});

/** Asks as the signed-in host, through the page's own session. */
function ask(act) {
  return staff('POST', `/api/rooms/${ROOM}/ask`, act);
}

async function say(page, text) {
  const words = page.getByRole('textbox', { name: 'Say something' }).first();
  await words.fill(text);
  // While a line is on its way the next one stays in the box.
  await until('the line is sent', async () => {
    await words.press('Enter');
    return (await words.inputValue()) === '';
  });
}

test('the first link makes an administrator, who opens a room', async () => {
  ({ page: studio, staff } = await openHouse(server, await browser.newContext(DESK), ROOM, 'Tea evening'));
});

test('the host publishes a camera from the studio', async () => {
  await studio.goto(`${server.base}/studio/${ROOM}`);
  await studio.getByRole('button', { name: 'Open camera and microphone' }).click();
  await studio.getByRole('button', { name: /^Go live/ }).click();
  await studio.getByRole('button', { name: /^End show/ }).waitFor();
  await moves(studio, "the host's picture");
});

test('two viewers see moving pictures', async () => {
  ann = await (await browser.newContext(PHONE)).newPage();
  bob = await (await browser.newContext(PHONE)).newPage();
  [heardAnn, heardBob] = [listen(ann), listen(bob)];
  await ann.goto(`${line.base}/r/${ROOM}`);
  await bob.goto(`${server.base}/r/${ROOM}`);
  await Promise.all([moves(ann, "Ann's picture"), moves(bob, "Bob's picture")]);
});

test('comments appear in both in the same order', async () => {
  for (let n = 1; n <= 6; n++) await say(n % 2 ? ann : bob, `hello number ${n}`);
  await until('both heard six comments', () => heardAnn.comments.length === 6 && heardBob.comments.length === 6);
  assert.deepEqual(heardAnn.comments, heardBob.comments);
  await bob.getByText('hello number 6').first().waitFor();
});

test('a socket that is cut for five seconds resumes with nothing lost or doubled', async () => {
  const before = heardAnn.welcomes.length;
  line.cut();
  const mended = new Promise((on) => setTimeout(on, 5_000));
  for (let n = 1; n <= 5; n++) await say(bob, `while Ann is away ${n}`);
  await until('Bob heard his own', () => heardBob.comments.length === 11);
  await mended;
  line.mend();
  await until('Ann is back', () => heardAnn.welcomes.length > before);
  assert.equal(heardAnn.welcomes.at(-1).recovered, true, 'she goes on where she was');
  await say(ann, 'back again');
  await until('both heard it', () => heardAnn.comments.length >= 12 && heardBob.comments.length >= 12);
  assert.deepEqual(heardAnn.comments, heardBob.comments);
  assert.deepEqual(heardAnn.comments, [...heardAnn.comments.keys()].map((at) => at + 1));
});

test('a draw is held and its proof recomputed outside the server', async () => {
  await ask({ kind: 'open-draw', keyword: 'tea', prize: 'One blue teapot', winners: 1, lasts_ms: 600_000 });
  await ann.getByRole('button', { name: /Draw/ }).first().click();
  await ann.getByRole('button', { name: /take part/ }).click();
  await ann.getByText('You are in. Good luck!').waitFor();
  await say(bob, 'tea');
  await studio.getByRole('button', { name: 'End entry now' }).click();
  await ann.getByText(/You won!|Not this time/).waitFor();
  const proof = await staff('GET', `/api/rooms/${ROOM}/draws/1/proof`);
  assert.equal(proof.entrants.length, 2);
  const file = join(server.data, 'proof.json');
  await writeFile(file, JSON.stringify(proof));
  await promisify(execFile)('python3', [new URL('../../scripts/verify_draw.py', import.meta.url).pathname, file]);
  await ann.getByRole('button', { name: 'Back to the show' }).click();
});

test('a payment that comes too late is refunded', async () => {
  await staff('POST', '/api/catalogue', { products: [ITEM] });
  for (const act of [
    { kind: 'list-item', item: 7 },
    { kind: 'set-stock', item: 7, units: 1 },
    { kind: 'open-sale', item: 7, price_minor: 1900, per_person: 1, hold_ms: 3_000 },
    { kind: 'pin-card', item: 7 },
  ]) {
    await ask(act);
  }
  await ann.getByRole('button', { name: 'Buy', exact: true }).click();
  await ann.getByRole('button', { name: /^Order/ }).click();
  await ann.getByText('Test payments').click();
  await ann.getByRole('button', { name: 'Takes 5 s' }).click();
  await ann.getByText('The hold has ended').waitFor();
  await ann.getByText(/went back to you/).waitFor({ timeout: 20_000 });
  await ann.getByRole('button', { name: 'Back to the show' }).click();
});

test('an item sells out', async () => {
  await ask({ kind: 'open-sale', item: 7, price_minor: 1900, per_person: 1, hold_ms: 60_000 });
  await bob.getByRole('button', { name: 'Buy', exact: true }).click();
  await bob.getByRole('button', { name: /^Order/ }).click();
  await bob.getByRole('button', { name: /^Pay/ }).click();
  await bob.getByText('Paid. It is yours.').waitFor();
  await ann.getByRole('button', { name: 'Sold out' }).first().waitFor();
});

test('a question that nobody answers prompts the host, and the answer is linked', async () => {
  const carl = await (await browser.newContext(PHONE)).newPage();
  await carl.goto(`${server.base}/r/${ROOM}`);
  await carl.getByRole('textbox', { name: 'Say something' }).waitFor();
  await say(ann, 'How long does shipping take?');
  await say(bob, 'when will it ship?');
  await say(carl, '多久发货？');
  await studio.getByText('Answer this now').waitFor();
  await studio.getByRole('button', { name: /^Write/ }).first().click();
  await studio.getByRole('textbox', { name: 'Write the answer' }).fill('It leaves within two days.');
  await studio.getByRole('button', { name: 'Send' }).click();
  await studio.getByText('No prompt now. You are doing fine.').waitFor();
  await ann.getByText('It leaves within two days.').first().waitFor();
  await carl.close();
});

test('FFmpeg publishes over WHIP with a bearer token, and the browser plays it', async (t) => {
  await studio.getByRole('button', { name: /^End show/ }).click();
  await until('the show is over', async () => !(await staff('GET', `/api/rooms/${ROOM}`)).live_since, 30_000);
  const { url, key } = await staff('POST', `/api/rooms/${ROOM}/ingest-key`);
  const source = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30', '-f', 'lavfi', '-i', 'sine=frequency=440'];
  const video = ['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'ultrafast', '-tune', 'zerolatency', '-bf', '0', '-g', '30', '-pix_fmt', 'yuv420p'];
  const sound = ['-c:a', 'libopus', '-ar', '48000', '-ac', '2'];
  const ffmpeg = spawn(process.env.FFMPEG_WHIP, ['-hide_banner', '-loglevel', 'error', ...source, ...video, ...sound, '-f', 'whip', '-authorization', key, url], { stdio: ['ignore', 'inherit', 'inherit'] });
  t.after(() => ffmpeg.kill('SIGKILL'));
  await until('FFmpeg is on air', async () => (await staff('GET', `/api/rooms/${ROOM}`)).live_since, 30_000);
  await moves(bob, "FFmpeg's picture at Bob's");
});

test("the control room's curve is what the log says", async () => {
  control = await studio.context().newPage();
  await control.goto(`${server.base}/control/${ROOM}`);
  await control.getByText('Who is slipping away?').waitFor();
  const insight = await staff('GET', `/api/rooms/${ROOM}/insight`);
  await studio.close();
  await server.stop();
  const entries = await server.dump(ROOM);
  const here = new Map();
  for (const entry of entries.filter((it) => it.event === 'presence-changed')) {
    here.set(Math.floor((entry.at - insight.began_at) / 1000), entry.here);
  }
  let now = 0;
  for (const second of insight.seconds.slice(0, -1)) {
    now = here.get(second.s) ?? now;
    assert.equal(second.here, now, `second ${second.s}`);
  }
  assert.ok(now >= 2, 'Ann and Bob are in the last of them');
  assert.equal(insight.totals.paid, entries.filter((it) => it.event === 'order-paid').length);
  const answered = entries.find((it) => it.event === 'question-answered');
  assert.ok(answered?.prompt, 'the answer names the prompt that asked for it');
  assert.equal(entries.filter((it) => it.event === 'refund-settled').length, 1);
});
