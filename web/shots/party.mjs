// What scripts that fill a running demo and take pictures of it share: guests and staff over its doors, a browser, and
// pictures in both languages that axe has nothing against. Knows no page.
//
//   node shots/NAME.mjs --base http://localhost:7080 --out docs/screenshots --password KEY
//
// KEY is the one that `linger demo` prints in its sign-in links. A script ends by `end`, with 1 when a page has an
// accessibility fault or an error.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://localhost:7080' },
    out: { type: 'string', default: 'docs/screenshots' },
    room: { type: 'string', default: 'demo' },
    password: { type: 'string', default: process.env.LINGER_DEMO_PASSWORD },
  },
});
export const { base, room, password } = values;
const out = resolve(process.env.INIT_CWD ?? '.', values.out);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(out, { recursive: true });

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
export const SMALL = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, hasTouch: true };
export const DESK = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 };
export const WAIT = { timeout: 60_000 };

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection'],
});

export async function call(path, { body, headers = {}, method } = {}) {
  const isFile = Buffer.isBuffer(body);
  const response = await fetch(base + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': isFile ? 'image/png' : 'application/json', ...headers },
    body: body === undefined ? undefined : isFile ? body : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return { told: await response.json(), cookie: response.headers.get('set-cookie') };
}

export async function guest(name) {
  const { told } = await call(`/api/rooms/${room}/guest`, { body: { name } });
  const headers = { authorization: `Bearer ${told.token}` };
  const ask = (act) => call(`/api/rooms/${room}/ask`, { body: act, headers }).then((it) => it.told);
  const image = (body) => call(`/api/rooms/${room}/images`, { body, headers }).then((it) => it.told.image);
  const pay = (order) => call(`/api/rooms/${room}/orders/${order}/pay`, { body: { method: 'now' }, headers });
  return { ...told, ask, image, pay };
}

export async function staff(login) {
  const { told, cookie } = await call('/api/sign-in', { body: { login, password }, headers: { origin: base } });
  const headers = { cookie: cookie.split(';')[0], 'x-csrf': told.csrf, origin: base };
  const [name, value] = cookie.split(';')[0].split('=');
  const ask = (act) => call(`/api/rooms/${room}/ask`, { body: act, headers }).then((it) => it.told);
  return { ask, cookies: [{ name, value, url: base }] };
}

const crowd = await (await browser.newContext()).newPage();
await crowd.goto(`${base}/sign-in`);
/** Guests are in the room, as long as the script runs; `likes` is what each of them gives. */
export function stay(guests, likes = 0) {
  const said = guests.map(({ token }) => [
    { t: 'hello', insight: false, quiet: false, token },
    ...(likes ? [{ t: 'likes', n: likes }] : []),
  ]);
  return crowd.evaluate(
    ([room, said]) =>
      Promise.all(
        said.map(
          (words) =>
            new Promise((welcomed) => {
              const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/rooms/${room}`);
              let n = 0;
              socket.onopen = () => socket.send(JSON.stringify(words[0]));
              socket.onmessage = () => {
                words.slice(1).forEach((it) => socket.send(JSON.stringify(it)));
                words.length = 1;
                welcomed();
              };
              setInterval(() => socket.send(JSON.stringify({ t: 'ping', n: ++n })), 10_000);
            }),
        ),
      ),
    [room, said],
  );
}

let faults = 0;
/** One picture in one language; `as` is staff, or a guest whose page it is. */
export async function take(name, { path, size, lang, as, ready }) {
  const context = await browser.newContext({ ...size, locale: lang === 'zh' ? 'zh-CN' : 'en-GB' });
  if (as?.cookies) await context.addCookies(as.cookies);
  if (as?.token) await context.addInitScript(([at, token]) => localStorage.setItem(at, token), [`linger.guest..${room}`, as.token]);
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    faults += 1;
    console.error(`${name}: ${error.message}`);
  });
  await page.goto(`${base}${path}?lang=${lang}`);
  await ready(page);
  await page.waitForTimeout(1200);
  await page.screenshot({ path: `${out}/${name}-${lang}.png` });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
  );
  for (const it of violations) {
    faults += 1;
    console.error(`${name}: ${it.id}: ${it.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  }
  console.log(`${name}-${lang}.png`);
  await context.close();
}

export async function end() {
  await browser.close();
  process.exit(faults ? 1 : 0);
}
