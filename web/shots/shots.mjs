// Takes pictures of every page of a running server, in both languages, and checks each with axe while it is there.
//
//   npm run shots -- --base http://localhost:7080 --out docs/screenshots --password KEY
//
// KEY is the one that `linger demo` prints in its sign-in links; without it only the public pages are taken. A browser is
// looked for at CHROMIUM, else /usr/bin/chromium. It exits with 1 when a page has an accessibility fault or an error.
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
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
    only: { type: 'string', default: '' },
  },
});
const { base, room, password, only } = values;
const out = resolve(process.env.INIT_CWD ?? '.', values.out);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(out, { recursive: true });

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
const DESK = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 };
const WAIT = { timeout: 60_000 };

/** Takes webhooks, and refuses those that it is too busy for. The server has to be started with `--webhooks-private yes`. */
const RECEIVER = 7098;
const receiver = createServer((request, response) => {
  response.statusCode = request.url === '/busy' ? 503 : 204;
  response.end();
});
receiver.on('error', (error) => console.error(`no receiver of webhooks: ${error.message}`));
receiver.listen(RECEIVER, '127.0.0.1');

const playing = (page) => page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 1, null, WAIT);
const onSale = async (page) => {
  // A room that has only just filled says little yet.
  await page.waitForFunction(() => document.querySelectorAll('.said li, .list > button').length >= 5, null, WAIT);
  await page.waitForSelector('article .buy:not([disabled])', { timeout: 240_000 });
};
const drawOpen = (page) => page.waitForSelector('.chips .chip:not(.plain) b', { timeout: 240_000 });

const shots = [
  { name: 'viewer-phone', path: `/r/${room}`, size: PHONE, ready: (page) => Promise.all([playing(page), onSale(page)]) },
  {
    name: 'buy',
    path: `/r/${room}`,
    size: PHONE,
    ready: async (page) => {
      await playing(page);
      await onSale(page);
      await page.click('article .buy');
      await page.waitForSelector('[role=dialog]', WAIT);
      await page.locator('[role=dialog] footer .btn.fill').click();
      await page.waitForSelector('.state.held', WAIT);
    },
  },
  {
    name: 'draw',
    path: `/r/${room}`,
    size: PHONE,
    ready: async (page) => {
      await playing(page);
      await drawOpen(page);
      await page.click('.chips .chip:not(.plain)');
      await page.waitForSelector('[role=dialog]', WAIT);
    },
  },
  { name: 'viewer-desktop', path: `/r/${room}`, size: DESK, ready: (page) => Promise.all([playing(page), onSale(page)]) },
  { name: 'embed', path: `/embed-example?room=${room}`, size: DESK, ready: (page) => page.waitForTimeout(5000) },
  { name: 'rooms', path: '/', size: DESK, ready: (page) => page.waitForSelector('.rooms .card', WAIT) },
  { name: 'sign-in', path: '/sign-in', size: DESK, ready: (page) => page.waitForSelector('form', WAIT) },
  ...[['desktop', DESK], ['phone', PHONE]].flatMap(([kind, size]) => [
    { name: `studio-${kind}`, path: `/studio/${room}`, size, as: 'host', ready: (page) => page.waitForSelector('.seen.on', WAIT) },
    // What happened last night: the answer, the time line and the evidence of its worst moment.
    { name: `review-${kind}`, path: '/control/last-night#shows', size, as: 'operator', ready: (page) => page.waitForSelector('article.strong', WAIT) },
    {
      name: `review-moment-${kind}`,
      path: '/control/last-night#shows',
      size,
      as: 'operator',
      ready: async (page) => {
        await page.locator('button.row').first().click();
        await page.locator('button.row').first().scrollIntoViewIfNeeded();
      },
    },
    { name: `explore-${kind}`, path: '/control/last-night#explore', size, as: 'operator', ready: async (page) => {
      await page.locator('.kinds label').nth(1).click();
      await page.waitForSelector('.bar', WAIT);
    } },
    { name: `board-${kind}`, path: '/control/last-night#board', size, as: 'operator', ready: (page) => page.waitForSelector('.tiles', WAIT) },
    { name: `people-${kind}`, path: '/control/last-night#people', size, as: 'operator', ready: (page) => page.waitForSelector('.two li .btn', WAIT) },
    { name: `shelf-${kind}`, path: '/control/demo#shelf/products/46', size, as: 'operator', ready: async (page) => {
      await page.waitForSelector('.variant', WAIT);
      await page.locator('.variant button[aria-expanded]').first().click();
      await page.waitForSelector('svg[role=img]', WAIT);
    } },
    { name: `webhooks-${kind}`, path: '/control/last-night#webhooks', size, as: 'operator', ready: async (page) => {
      await page.waitForSelector('form fieldset', WAIT);
      for (const path of ['busy', 'alarms']) {
        if ((await page.locator('.who', { hasText: path }).count()) > 0) continue;
        await page.locator('form input[type=url]').fill(`http://localhost:${RECEIVER}/${path}`);
        await page.locator('form .btn.fill').click();
        await page.waitForSelector('.secret', WAIT);
        await page.locator('li', { hasText: path }).locator('.acts .btn').first().click();
        await page.waitForSelector('table tbody tr', WAIT);
      }
      if ((await page.locator('table').count()) === 0) await page.locator('.who').last().click();
      await page.waitForSelector('table tbody tr', WAIT);
      // The note that a test is on its way has gone.
      await page.waitForTimeout(8_000);
    } },
    { name: `control-${kind}`, path: `/control/${room}`, size, as: 'operator', ready: (page) => page.waitForSelector('.u-over', WAIT) },
  ]),
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
    '--allow-loopback-in-peer-connection',
  ],
});

const sessions = {};
/** Signs in once for every role and keeps the cookies. */
async function cookiesOf(login) {
  if (sessions[login]) return sessions[login];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${base}/sign-in?next=/#login=${login}&password=${encodeURIComponent(password)}`);
  await page.waitForURL(`${base}/`, WAIT);
  sessions[login] = await context.cookies();
  await context.close();
  return sessions[login];
}

let faults = 0;
async function take(shot, lang, scheme) {
  const name = `${shot.name}-${lang}`;
  const locale = lang === 'zh' ? 'zh-CN' : 'en-GB';
  const context = await browser.newContext({ ...shot.size, locale, colorScheme: scheme });
  if (shot.as) await context.addCookies(await cookiesOf(shot.as));
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    faults += 1;
    console.error(`${name}: ${error.message}`);
  });
  const [path, hash = ''] = shot.path.split('#');
  await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}lang=${lang}${hash && `#${hash}`}`);
  await shot.ready(page);
  await page.waitForTimeout(1200);
  await page.screenshot({ path: `${out}/${name}.png` });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
  );
  for (const it of violations) {
    faults += 1;
    console.error(`${name}: ${it.id}: ${it.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  }
  console.log(`${name}.png`);
  await context.close();
}

for (const shot of shots) {
  if (only && !only.split(',').includes(shot.name)) continue;
  if (shot.as && !password) continue;
  for (const lang of ['en', 'zh']) {
    // Both themes are shown without doubling the set: staff pages are dark in one language.
    const scheme = shot.as && lang === 'zh' ? 'dark' : 'light';
    await take(shot, lang, scheme).catch((error) => {
      faults += 1;
      console.error(`${shot.name}-${lang}: ${error.message.split('\n')[0]}`);
    });
  }
}
await browser.close();
process.exit(faults ? 1 : 0);
