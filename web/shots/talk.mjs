// Takes pictures of what goes on around the talk, from a running demo, in both languages, and checks each with axe. It
// fills the room first: comments, a topic, gifts, pictures of viewers, and what waits for staff.
//
//   node shots/talk.mjs --base http://localhost:7080 --out docs/screenshots --password KEY
//
// KEY is the one that `linger demo` prints in its sign-in links. It exits with 1 when a page has an accessibility fault
// or an error.
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
const { base, room, password } = values;
const out = resolve(process.env.INIT_CWD ?? '.', values.out);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(out, { recursive: true });

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
const SMALL = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, hasTouch: true };
const DESK = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 };
const WAIT = { timeout: 60_000 };
const GOODS = ['46.svg', '61.svg', '158.svg', '194.svg'];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection'],
});

/** Pictures as viewers might send them, drawn from the goods of the demo. */
const photos = await Promise.all(
  GOODS.map(async (name) => {
    const page = await browser.newPage({ viewport: { width: 640, height: 640 } });
    await page.setContent(`<body style="margin:0">${readFileSync(new URL(`../public/goods/${name}`, import.meta.url), 'utf8')}`);
    await page.addStyleTag({ content: 'svg { width: 640px; height: 640px }' });
    const picture = await page.screenshot();
    await page.close();
    return picture;
  }),
);

async function call(path, { body, headers = {}, method } = {}) {
  const isFile = Buffer.isBuffer(body);
  const response = await fetch(base + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': isFile ? 'image/png' : 'application/json', ...headers },
    body: body === undefined ? undefined : isFile ? body : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return { told: await response.json(), cookie: response.headers.get('set-cookie') };
}

async function guest(name) {
  const { told } = await call(`/api/rooms/${room}/guest`, { body: { name } });
  const headers = { authorization: `Bearer ${told.token}` };
  const ask = (act) => call(`/api/rooms/${room}/ask`, { body: act, headers }).then((it) => it.told);
  const image = (at) => call(`/api/rooms/${room}/images`, { body: photos[at], headers }).then((it) => it.told.image);
  const pay = (order) => call(`/api/rooms/${room}/orders/${order}/pay`, { body: { method: 'now' }, headers });
  return { ...told, ask, image, pay };
}

async function staff(login) {
  const { told, cookie } = await call('/api/sign-in', { body: { login, password }, headers: { origin: base } });
  const headers = { cookie: cookie.split(';')[0], 'x-csrf': told.csrf, origin: base };
  const [name, value] = cookie.split(';')[0].split('=');
  const ask = (act) => call(`/api/rooms/${room}/ask`, { body: act, headers }).then((it) => it.told);
  return { ask, cookies: [{ name, value, url: base }] };
}

const newOrder = () => Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join('');
const host = await staff('host');
const operator = await staff('operator');

/** Fills the room with what the pictures show. */
async function fill(lang) {
  const zh = lang === 'zh';
  const [ann, bob, mei] = await Promise.all([guest(zh ? '安宁' : 'Ann'), guest(zh ? '小林家' : 'Robin'), guest(zh ? '梅子' : 'Mei')]);
  await host.ask({ kind: 'talk', do: 'set-topic', text: zh ? '早餐杯，你用哪一只？' : 'Which cup is your morning cup?', lasts_ms: 1_800_000 });
  const said = await ann.ask({ kind: 'say', text: zh ? '我用那只蓝色的，配燕麦奶' : 'The blue one, with oat milk' });
  await host.ask({ kind: 'talk', do: 'feature-comment', comment: said.comment });
  await bob.ask({ kind: 'say', text: zh ? '我也是！' : 'Me too!', reply_to: said.comment, mentions: [ann.person] });
  for (const [at, caption] of [[0, zh ? '我家的早晨' : 'Our kitchen at eight'], [1, zh ? '新书架' : 'New on my shelf']]) {
    const image = await mei.image(at);
    await mei.ask({ kind: 'talk', do: 'offer-photo', image, caption });
    await host.ask({ kind: 'talk', do: 'choose-photo', image });
  }
  const waits = await bob.image(2);
  await bob.ask({ kind: 'talk', do: 'offer-photo', image: waits, caption: zh ? '上周买的' : 'Bought last week' });
  const shown = await ann.image(3);
  await ann.ask({ kind: 'say', text: zh ? '看，刚收到' : 'Look, it just arrived', image: shown });
  return { ann, bob, mei };
}

async function gift(giver, lang) {
  const order = newOrder();
  await giver.ask({ kind: 'talk', do: 'send-gift', order, gift: 'flower', count: 9, words: lang === 'zh' ? '给主播加油' : 'Lovely show' });
  await giver.pay(order);
}

let faults = 0;
async function take(name, { path, size, lang, as, ready }) {
  const context = await browser.newContext({ ...size, locale: lang === 'zh' ? 'zh-CN' : 'en-GB' });
  if (as) await context.addCookies(as.cookies);
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

const label = { en: { gifts: 'Gifts', wall: 'Photos from you' }, zh: { gifts: '礼物', wall: '你们的照片' } };
for (const lang of ['en', 'zh']) {
  const { ann } = await fill(lang);
  const viewer = (page) => page.waitForSelector('.above .topic', WAIT);
  const open = (name) => async (page) => {
    await viewer(page);
    await page.getByRole('button', { name: label[lang][name], exact: true }).first().click();
    await page.waitForSelector('[role=dialog]', WAIT);
    await page.waitForTimeout(800);
  };
  const withGift = async (page) => {
    await viewer(page);
    await page.waitForTimeout(1500);
    await gift(ann, lang);
    await page.waitForSelector('.gifts p', WAIT);
  };
  await take('talk-phone', { path: `/r/${room}`, size: PHONE, lang, ready: withGift });
  await take('talk-small', { path: `/r/${room}`, size: SMALL, lang, ready: viewer });
  await take('talk-desktop', { path: `/r/${room}`, size: DESK, lang, ready: withGift });
  await take('talk-gift-phone', { path: `/r/${room}`, size: PHONE, lang, ready: open('gifts') });
  await take('talk-photos-phone', { path: `/r/${room}`, size: PHONE, lang, ready: open('wall') });
  await take('talk-line-phone', {
    path: `/r/${room}`,
    size: PHONE,
    lang,
    ready: async (page) => {
      await viewer(page);
      await page.locator('.featured').first().click();
      await page.waitForSelector('[role=dialog]', WAIT);
    },
  });
  await take('talk-studio-desktop', { path: `/studio/${room}`, size: DESK, lang, as: host, ready: async (page) => {
    await page.waitForSelector('.audience .acts', WAIT);
    await page.locator('.audience').evaluate((it) => it.scrollTo(0, 300));
  } });
  await take('talk-studio-phone', { path: `/studio/${room}`, size: PHONE, lang, as: host, ready: async (page) => {
    await page.waitForSelector('.audience .acts', WAIT);
    await page.locator('.audience').scrollIntoViewIfNeeded();
  } });
  await take('talk-control-desktop', { path: `/control/${room}`, size: DESK, lang, as: operator, ready: (page) => page.waitForSelector('.waits', WAIT) });
}
await browser.close();
process.exit(faults ? 1 : 0);
