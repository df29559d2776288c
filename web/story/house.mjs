// A real server, a real browser and a cuttable line between them, for stories. Knows nothing of what a story tells.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // Where there is no network but this machine's own, ICE would not start otherwise.
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

/** The program under test. */
export const LINGER = process.env.LINGER_BIN ?? 'linger';

/** Starts a server on free ports and a folder of its own. */
export async function startServer(...flags) {
  const data = await mkdtemp(join(tmpdir(), 'linger-story-'));
  const args = ['serve', '--data', data, '--listen', '127.0.0.1:0', '--media-udp', '127.0.0.1:0', '--media-tcp', '127.0.0.1:0'];
  let child = spawn(LINGER, [...args, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const server = { data, child, base: '', invite: '' };
  const lines = createInterface({ input: child.stdout });
  await new Promise((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
    lines.on('line', (line) => {
      const listening = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (listening) server.base = `http://localhost:${listening[1]}`;
      const invite = /(http\S+\/invite#\S+)/.exec(line);
      if (invite) {
        server.invite = invite[1];
        ready();
      }
    });
  });
  /** Ends it politely and waits until it is gone. */
  server.stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  /** Starts it once more on what it has kept, at the same address. */
  server.again = async () => {
    const { host } = new URL(server.base);
    args[args.indexOf('--listen') + 1] = host.replace('localhost', '127.0.0.1');
    server.child = child = spawn(LINGER, [...args, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((ready, failed) => {
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
      createInterface({ input: child.stdout }).on('line', (line) => line.includes('listening on') && ready());
    });
  };
  server.forget = async () => {
    await server.stop();
    await rm(data, { recursive: true, force: true });
  };
  /** The room's log, as the program prints it. The server must have stopped. */
  server.dump = async (room) => {
    const dump = spawn(LINGER, ['log', 'dump', '--data', data, '--room', room], { stdio: ['ignore', 'pipe', 'inherit'] });
    const entries = [];
    for await (const line of createInterface({ input: dump.stdout })) entries.push(JSON.parse(line));
    return entries;
  };
  return server;
}

/** Starts the demo without its crowd; `links` holds what it prints, by the words before each. */
export async function startDemo() {
  const data = await mkdtemp(join(tmpdir(), 'linger-demo-'));
  const args = ['demo', '--crowd', '0', '--data', data, '--listen', '127.0.0.1:0', '--media-udp', '127.0.0.1:0', '--media-tcp', 'off'];
  const child = spawn(LINGER, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const links = {};
  await new Promise((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`the demo ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const link = /^ {2}(\S.*?) {2,}(http\S+)$/.exec(line);
      if (link) links[link[1]] = link[2];
      if (line.includes('Ctrl-C')) ready();
    });
  });
  const forget = async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(data, { recursive: true, force: true });
  };
  return { links, forget };
}

/** Starts the browser; the last of two flags of one name holds. */
export function startBrowser(...flags) {
  const args = [...BROWSER_FLAGS, ...flags];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args });
}

/** A line to the server that can be cut and mended. */
export async function startLine(base) {
  const to = Number(new URL(base).port);
  const open = new Set();
  let cut = false;
  const line = createServer((near) => {
    if (cut) return near.destroy();
    const far = connect(to, '127.0.0.1');
    for (const end of [near, far]) {
      open.add(end);
      end.on('error', () => end.destroy());
      end.on('close', () => (open.delete(end), near.destroy(), far.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  return {
    base: `http://localhost:${line.address().port}`,
    cut() {
      cut = true;
      for (const end of open) end.destroy();
    },
    mend() {
      cut = false;
    },
    close: () => (line.close(), open.forEach((end) => end.destroy())),
  };
}

/** Keeps what a page's room socket was told. */
export function listen(page) {
  const heard = { comments: [], welcomes: [] };
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      const told = JSON.parse(payload);
      if (told.t === 'welcome') {
        heard.welcomes.push(told);
        if (told.view) heard.comments.push(...told.view.comments.map((it) => it.id));
      }
      if (told.t === 'events') heard.comments.push(...told.events.filter((it) => it.k === 'comment').map((it) => it.id));
    }),
  );
  return heard;
}

/** Waits until `true`, looking now and then, and says what it waited for when the time is up. */
export async function until(what, look, ms = 20_000) {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((on) => setTimeout(on, 100));
  }
}

/** Frames that the page's players have shown so far. */
export function frames(page) {
  return page.evaluate(() =>
    Math.max(0, ...[...document.querySelectorAll('video')].map((it) => it.getVideoPlaybackQuality().totalVideoFrames)),
  );
}

/** Waits until the picture on a page moves. */
export async function moves(page, what, ms = 30_000) {
  let last = 0;
  let rises = 0;
  await until(
    `${what} moves`,
    async () => {
      const now = await frames(page);
      rises = now > last ? rises + 1 : rises;
      last = now;
      return rises >= 5;
    },
    ms,
  );
}

/** Waits until the sound of a page's picture is more than silence; the player itself may be muted. */
export async function sounds(page, what, ms = 30_000) {
  const heard = await page.evaluateHandle(() => {
    const context = new AudioContext();
    const ear = context.createAnalyser();
    const stream = [...document.querySelectorAll('video')].map((it) => it.srcObject).find((it) => it?.getAudioTracks().length);
    if (stream) context.createMediaStreamSource(stream).connect(ear);
    const samples = new Float32Array(ear.fftSize);
    return () => (ear.getFloatTimeDomainData(samples), samples.some((it) => Math.abs(it) > 0.01));
  });
  await until(`${what} sounds`, () => heard.evaluate((listen) => listen()), ms);
  await heard.dispose();
}

/** What whoever is signed in on a page may ask of the server. */
export const staffOf = (page) => (method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const me = await (await fetch('/api/me')).json();
      const headers = { 'content-type': 'application/json', 'x-csrf': me.csrf };
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    [method, path, body],
  );

/** The first person of a house, who opens a room: their page, and what they may ask as staff. */
export async function openHouse(server, context, room, title) {
  const page = await context.newPage();
  await page.goto(server.invite);
  await page.getByLabel('Your name').fill('Mei');
  await page.getByLabel('Login').fill('mei');
  await page.getByLabel(/password/i).fill('a long enough secret');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Address').fill(room);
  await page.getByLabel("Host's name as the audience sees it").fill('Mei');
  await page.getByRole('button', { name: 'Open room' }).click();
  await page.getByText(`“${title}” is open`).waitFor();
  return { page, staff: staffOf(page) };
}

const SETTINGS = {
  en: { open: 'Settings', name: 'My name here', save: 'Save', done: 'You go by the new name now' },
  zh: { open: '设置', name: '我在这里的名字', save: '保存', done: '名字已更新' },
};

/** A viewer's page in a room, under a name of their own. `look` is what the browser is opened with. */
export async function comeAs(browser, address, name, look) {
  const page = await (await browser.newContext(look)).newPage();
  await page.goto(address);
  const say = SETTINGS[look.locale.slice(0, 2)];
  await page.getByRole('button', { name: say.open }).click();
  await page.getByLabel(say.name).fill(name);
  await page.getByRole('button', { name: say.save, exact: true }).click();
  await page.getByText(say.done).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  return page;
}

/** Somebody without a pointer: goes by Tab until something has the focus. */
export async function tabTo(page, target, stops = 80) {
  await target.waitFor();
  for (let stop = 0; stop < stops; stop++) {
    if (await target.evaluate((it) => it.getRootNode().activeElement === it)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way by keyboard to ${target}`);
}

/** Waits until nothing on a page moves that will come to rest. */
export function settled(page) {
  return page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((it) => it.effect?.getTiming().iterations !== Infinity)
        .map((it) => it.finished.catch(() => {})),
    ),
  );
}

/** What a browser is opened with, so that pages are told in the colours that STORY_SCHEME names. */
export const COLOURS = { colorScheme: process.env.STORY_SCHEME ?? 'light' };

/** Keeps a picture of a page in the folder that STORY_SHOTS names, if it names one. */
export async function picture(page, name) {
  const folder = process.env.STORY_SHOTS;
  if (!folder) return;
  await settled(page);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const AXE = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe has against a page as it stands; nothing when all is well. */
async function faults(page) {
  await settled(page);
  await page.evaluate(await AXE);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
  );
  return violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** A page as it stands is worth a picture, and axe has nothing against it. */
export async function looksRight(page, name) {
  await picture(page, name);
  assert.deepEqual(await faults(page), [], name);
}
