// Takes pictures of what goes on around the talk, from a running demo: it fills the room first with comments, a topic, gifts,
// pictures of viewers, and what waits for staff. How it is run stands in party.mjs.
import { readFileSync } from 'node:fs';
import { browser, DESK, end, guest, PHONE, room, SMALL, staff, take, WAIT } from './party.mjs';

const GOODS = ['46.svg', '61.svg', '158.svg', '194.svg'];

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
    const image = await mei.image(photos[at]);
    await mei.ask({ kind: 'talk', do: 'offer-photo', image, caption });
    await host.ask({ kind: 'talk', do: 'choose-photo', image });
  }
  const waits = await bob.image(photos[2]);
  await bob.ask({ kind: 'talk', do: 'offer-photo', image: waits, caption: zh ? '上周买的' : 'Bought last week' });
  const shown = await ann.image(photos[3]);
  await ann.ask({ kind: 'say', text: zh ? '看，刚收到' : 'Look, it just arrived', image: shown });
  return { ann, bob, mei };
}

async function gift(giver, lang) {
  const order = newOrder();
  await giver.ask({ kind: 'talk', do: 'send-gift', order, gift: 'flower', count: 9, words: lang === 'zh' ? '给主播加油' : 'Lovely show' });
  await giver.pay(order);
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
await end();
