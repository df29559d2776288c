// The shop on a phone-sized page: a rush with two hundred rivals, money that comes too late, a cart whose price is explained line
// by line, a product in three dimensions, a shuffle that anybody recomputes, a line that moves. One buyer reads English, one
// Chinese, one has only a keyboard.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { COLOURS, comeAs, looksRight, openHouse, startBrowser, startServer, tabTo, until } from './house.mjs';

const ROOM = 'shop';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5, ...COLOURS };
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-US', ...COLOURS };
const RIVALS = 200;
const HOLD_MS = 90_000;

let server, browser, studio, staff, ann, bob, cat, rivals, winners;
/** Whatever a page asked of another host. */
const outside = [];

before(async () => {
  server = await startServer('--hold-out', '0', '--guests-per-minute', '60000', '--devices-per-hour', '60000');
  // The software renderer draws the model where there is no graphics card.
  browser = await startBrowser('--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader');
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const ask = (act) => staff('POST', `/api/rooms/${ROOM}/ask`, act);
const dialog = (page) => page.getByRole('dialog');
const inSheet = (page, name) => dialog(page).getByRole('button', { name }).first();
const explained = (page) => dialog(page).getByLabel('What it costs, line by line');
const newId = () => randomBytes(16).toString('hex');
const close = async (page) => {
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
};

/** A tap, or for who has no pointer the keyboard alone. */
async function press(page, button) {
  if (page !== cat) return button.tap();
  await tabTo(page, button, 120);
  await page.keyboard.press('Enter');
}

async function call(path, token, body) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${server.base}${path}`, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
  return { status: answer.status, told: await answer.json() };
}
const guest = async (name) => (await call(`/api/rooms/${ROOM}/guest`, undefined, { name })).told.token;
const order = (token, item, id = newId()) =>
  call(`/api/rooms/${ROOM}/ask`, token, { kind: 'place-order', order: id, item, units: 1 }).then((it) => ({ ...it, id }));
const entry = async (item) => (await call(`/api/rooms/${ROOM}`)).told.shelf.find((it) => it.item.id === item);

/** Puts a product on the shelf, with units. */
async function stock(id, title, minor, units, more = {}) {
  await staff('POST', '/api/products', {
    products: [{ id, title, media: [], variants: [{ item: id, prices: [{ minor, currency: 'CNY' }], units: 1000 }], ...more }],
  });
  await ask({ kind: 'list-item', item: id });
  await ask({ kind: 'set-stock', item: id, units });
}
const terms = (price_minor, more = {}) => ({ price_minor, per_person: 2, hold_ms: HOLD_MS, mode: 'first-come', ...more });
const sell = (item, it) => ask({ kind: 'sale', do: 'open', item, terms: it });
const pin = (item) => ask({ kind: 'pin-card', item });
const card = (page) => page.getByRole('article');

test('a host lays out a shelf, and three buyers come', async () => {
  ({ page: studio, staff } = await openHouse(server, await browser.newContext(DESK), ROOM, 'Tea evening'));
  const { id: seller } = await staff('POST', '/api/sellers', { id: 0, name: 'Hill & Harbour', legal_name: 'Hill & Harbour Ltd', registration: '0001', address: 'Tea Lane 5', contact: 'tea@shop.invalid' });
  await stock(1, 'Blue teapot', 12_900, 40, {
    seller,
    description: 'Thrown by hand, glazed twice.',
    media: [
      { kind: 'image', url: '/goods/46.svg', alt: 'A pot', poster: '' },
      { kind: 'model', url: '/goods/46.glb', alt: 'The pot, to be turned round', poster: '/goods/46.svg' },
    ],
    facts: [{ name: 'Material', value: 'Clay' }],
    returns: { kind: 'no_reason', days: 14 },
    related: [2],
    matching: [3],
  });
  await stock(2, 'Cup', 3_900, 100, { facts: [{ name: 'Material', value: 'Porcelain' }] });
  await stock(3, 'Tea cake', 5_900, 30, { returns: { kind: 'excepted', why: 'perishable' } });
  await stock(4, 'Moon bowl', 19_900, 3);
  await stock(5, 'Tea tray', 9_900, 1);
  await studio.goto(`${server.base}/studio/${ROOM}`);
  const come = (locale, name) => comeAs(browser, `${server.base}/r/${ROOM}`, name, { ...PHONE, locale });
  [ann, bob, cat] = await Promise.all([come('en-US', 'Ann'), come('zh-CN', '小林'), come('en-US', 'Cat')]);
  for (const page of [ann, bob, cat]) {
    page.on('request', (it) => /^(data|blob):/.test(it.url()) || it.url().startsWith(server.base) || outside.push(it.url()));
  }
  rivals = await Promise.all(Array.from({ length: RIVALS }, (_, n) => guest(`Rival ${n}`)));
});

test('a product asked for is counted once a person, ranked for the host, and explained when its card is shown', async () => {
  await press(ann, ann.getByRole('button', { name: /^Bag/ }));
  await press(ann, inSheet(ann, /^Explain this/));
  await dialog(ann).getByRole('button', { name: /^Asked/ }).first().waitFor();
  await Promise.all(rivals.slice(0, 11).map((it) => call(`/api/rooms/${ROOM}/ask`, it, { kind: 'sale', do: 'ask-explain', item: 1 })));
  await studio.getByRole('region', { name: 'Viewers ask to see' }).getByText('12').waitFor();
  await close(ann);
  await press(studio, studio.getByRole('region', { name: 'Viewers ask to see' }).getByRole('button').first()).catch(() => pin(1));
  await card(ann).getByText('12 people asked for this').waitFor();
  assert.equal((await entry(1)).explain.answered, 12);
});

test('a rush: two hundred rivals, and never a unit too many', async () => {
  await sell(1, terms(9_900, { unlock: { buyers: 3, price_minor: 8_900 } }));
  await card(ann).getByText('3 more buyers until ¥89 for all').waitFor();
  await card(bob).getByText('再有 3 人付款，人人 ¥89').waitFor();
  await looksRight(ann, 'shop-card-phone-en');
  await press(ann, card(ann).getByRole('button', { name: 'Buy' }));
  await inSheet(ann, /^Order · ¥99/).waitFor();
  await looksRight(ann, 'shop-unlock-phone-en');
  // Everybody at once; her order is on its way before theirs.
  await press(ann, inSheet(ann, /^Order · ¥99/));
  const rush = await Promise.all(rivals.map((it) => order(it, 1)));
  await dialog(ann).getByText('1 unit is yours for now').waitFor();
  assert.equal(rush.filter((it) => it.status === 200).length, 39, 'every unit went to exactly one');
  assert.ok(rush.every((it) => it.status === 200 || it.told.code === 'sold-out'));
  const now = await entry(1);
  assert.deepEqual([now.left, now.held], [0, 40]);
  await card(bob).getByText('已抢完；40 件还没付款').waitFor();
  winners = rush.flatMap((it, n) => (it.status === 200 ? [{ token: rivals[n], id: it.id }] : []));
});

test('what is paid counts towards the price for all, and who paid more gets the difference back', async () => {
  await press(ann, inSheet(ann, /^Pay ¥99/));
  await dialog(ann).getByText('Paid. It is yours.').waitFor();
  for (const { token, id } of winners.slice(0, 2)) await call(`/api/rooms/${ROOM}/orders/${id}/pay`, token, { method: 'now' });
  await dialog(ann).getByText(/¥10 (is on its way back|went back) to you/).waitFor();
  await close(ann);
  assert.equal((await call(`/api/rooms/${ROOM}`)).told.sale.offers.find((it) => it.item === 1).unlocked, true);
});

test('who is too late waits in line, is told when it is their turn, and until when', async () => {
  await press(bob, card(bob).getByRole('button', { name: '排队等货' }));
  await press(bob, inSheet(bob, '排队等货'));
  await dialog(bob).getByText('下一个就是你').waitFor();
  await looksRight(bob, 'shop-wait-phone-zh');
  await press(cat, card(cat).getByRole('button', { name: 'Wait in line' }));
  await press(cat, inSheet(cat, 'Wait in line'));
  await dialog(cat).getByText('You are number 2 in line').waitFor();
  const gone = winners[3];
  await call(`/api/rooms/${ROOM}/ask`, gone.token, { kind: 'cancel-order', order: gone.id });
  await bob.getByText('轮到你了').waitFor();
  await inSheet(bob, /¥89/).waitFor();
  await dialog(cat).getByText('You are next').waitFor();
  await looksRight(bob, 'shop-served-phone-zh');
  await press(cat, inSheet(cat, 'Wait no longer'));
  await inSheet(cat, 'Wait in line').waitFor();
  await close(cat);
  await close(bob);
});

test('money that comes after the hold goes back', async () => {
  await sell(4, terms(19_900, { hold_ms: 8_000 }));
  await pin(4);
  await press(ann, card(ann).getByRole('button', { name: 'Buy' }));
  await press(ann, inSheet(ann, /^Order · ¥199/));
  await dialog(ann).getByText('1 unit is yours for now').waitFor();
  // Her bank takes a second longer than the room waits.
  const { id, token } = await ann.evaluate(async (room) => {
    const token = localStorage.getItem(`linger.guest..${room}`);
    const mine = await (await fetch('/api/me/orders', { headers: { authorization: `Bearer ${token}` } })).json();
    return { id: mine.orders.map((it) => it.order).find((it) => it.state === 'held')?.order, token };
  }, ROOM);
  assert.equal((await call(`/api/rooms/${ROOM}/orders/${id}/pay`, token, { method: 'slow:9000' })).status, 202);
  await dialog(ann).getByText('The hold has ended').waitFor();
  await dialog(ann).getByText(/¥199 (is on its way back|went back) to you/).waitFor();
  await looksRight(ann, 'shop-late-phone-en');
  await close(ann);
  assert.equal((await entry(4)).left, 3, 'the unit is on the shelf again');
});

test('a cart is bought at once, and its price is explained line by line', async () => {
  await ask({ kind: 'open-sale', item: 2, price_minor: 2_900, per_person: 5, hold_ms: HOLD_MS });
  await ask({ kind: 'open-sale', item: 3, price_minor: 4_900, per_person: 5, hold_ms: HOLD_MS });
  await ask({ kind: 'sale', do: 'set-shipping', fee_minor: 800, free_from_minor: 30_000 });
  const campaign = (campaign, title, what, more) => ({
    campaign, title, what, from: Date.now() - 60_000, until: Date.now() + 86_400_000, times: 1, every: 'ever', stacks: 'other-kinds', open_to: 'claim', ...more,
  });
  for (const it of [
    campaign('autumn', 'Autumn ten', { kind: 'threshold', from_minor: 5_000, off_minor: 1_000 }),
    campaign('spring', 'Spring five', { kind: 'threshold', from_minor: 3_000, off_minor: 500 }),
    campaign('tenth', 'A tenth less', { kind: 'percent', bps: 1_000 }),
  ]) await ask({ kind: 'sale', do: 'set-campaign', campaign: it });
  for (const [page, bag, tab, take] of [[ann, /^Bag/, /^Coupons/, 'Take'], [bob, /^购物袋|^包|袋/, /^优惠券/, '领取']]) {
    await press(page, page.getByRole('button', { name: bag }).first());
    await press(page, dialog(page).getByRole('tab', { name: tab }));
    for (let n = 3; n > 0; n--) {
      const buttons = dialog(page).getByRole('listitem').getByRole('button', { name: take });
      await until('the coupons are offered', async () => (await buttons.count()) === n);
      await press(page, buttons.first());
    }
    await looksRight(page, `shop-wallet-phone-${page === ann ? 'en' : 'zh'}`);
    await close(page);
  }
  await fill(ann, 'Cup', 2, 'Put in the cart', 'One more');
  await fill(ann, 'Tea cake', 1, 'Put in the cart', 'One more');
  await dialog(ann).getByRole('checkbox', { name: /Autumn ten/ }).check();
  await dialog(ann).getByRole('checkbox', { name: /A tenth less/ }).check();
  await dialog(ann).getByText('Of one kind only one counts, and “Autumn ten” is chosen.').waitFor();
  assert.ok(await dialog(ann).getByRole('checkbox', { name: /Spring five/ }).isDisabled());
  // 2 × 29 + 49 = 107; less 10 = 97; less a tenth = 87.30; shipping 8.
  await inSheet(ann, /^Order · ¥95\.3/).waitFor();
  for (const text of ['Cup × 2', 'Tea cake × 1', '−¥10', '−¥9.70', 'Shipping', '¥95.30']) await explained(ann).getByText(text).first().waitFor();
  assert.ok(await inSheet(ann, /^Order · /).isDisabled(), 'what cannot come back is confirmed first');
  await dialog(ann).getByRole('checkbox', { name: /I know that/ }).check();
  await explained(ann).getByText('Total').scrollIntoViewIfNeeded();
  await looksRight(ann, 'shop-cart-phone-en');
});

test('a price that changes while it lies in the cart is said plainly', async () => {
  await ask({ kind: 'sale', do: 'flash', item: 2, price_minor: 1_900, lasts_ms: 600_000 });
  await dialog(ann).getByText('Cup now costs ¥19 instead of ¥29: there is a flash price.').waitFor();
  // 2 × 19 + 49 = 87; less 10 = 77; less a tenth = 69.30; shipping 8.
  await inSheet(ann, /^Order · ¥77\.3/).waitFor();
  await explained(ann).getByText('Total').scrollIntoViewIfNeeded();
  await looksRight(ann, 'shop-changed-phone-en');
  await press(ann, inSheet(ann, /^Order · ¥77\.3/));
  await dialog(ann).getByText('3 units are yours for now').waitFor();
  await press(ann, inSheet(ann, /^Pay ¥77\.3/));
  await dialog(ann).getByText('Paid. It is yours.').waitFor();
  await close(ann);
  await press(ann, ann.getByRole('button', { name: /^Bag/ }));
  await press(ann, dialog(ann).getByRole('tab', { name: /^Coupons/ }));
  await dialog(ann).getByText('Used for order').first().waitFor();
  await close(ann);
});

test('a product is turned round in three dimensions, with nothing from any other host', async () => {
  await pin(1);
  await press(ann, card(ann).getByRole('button', { name: 'About Blue teapot' }));
  await press(bob, card(bob).getByRole('button', { name: '查看 Blue teapot' }));
  await dialog(ann).getByText('2 people look at it now').first().waitFor();
  await dialog(ann).getByText('Comes back within 14 days of delivery, no reason asked').waitFor();
  await dialog(ann).getByText('Lowest price of the last 7 days', { exact: false }).waitFor();
  await dialog(ann).getByText('Side by side').waitFor();
  await dialog(ann).getByText('Nobody has rated it yet.', { exact: false }).waitFor();
  await press(ann, inSheet(ann, '3D model 2'));
  await press(bob, inSheet(bob, '3D 模型 2'));
  for (const page of [ann, bob]) {
    await dialog(page).getByText(/^Turn it|^拖动/).waitFor({ timeout: 60_000 });
    assert.ok(await drawn(page), 'the canvas shows something');
  }
  await looksRight(ann, 'shop-3d-phone-en');
  await looksRight(bob, 'shop-3d-phone-zh');
  const before = await orbit(ann);
  await dialog(ann).locator('model-viewer').evaluate((it) => it.shadowRoot.querySelector('.userInput').focus());
  for (let n = 0; n < 4; n++) await ann.keyboard.press('ArrowLeft');
  await until('the model turned by keyboard', async () => (await orbit(ann)) !== before);
  for (const name of ['draco/draco_decoder.wasm', 'draco/draco_wasm_wrapper.js', 'ktx2/basis_transcoder.wasm', 'meshopt_decoder.js'])
    assert.equal((await fetch(`${server.base}/model/${name}`)).status, 200, name);
  await close(ann);
  await close(bob);
  await until('nobody looks any more', async () => (await entry(1)).looking === 0);
});

test('a shuffle: on the list until the bell, served by chance, recomputed on the phone', async () => {
  await sell(5, terms(4_900, { mode: 'shuffle', bell: Date.now() + 40_000 }));
  await pin(5);
  await press(ann, card(ann).getByRole('button', { name: 'Get on the list' }));
  await press(ann, inSheet(ann, 'Get on the list'));
  await dialog(ann).getByText('You are on the list').first().waitFor();
  await press(bob, card(bob).getByRole('button', { name: '登记抽购' }));
  await press(bob, inSheet(bob, '登记抽购'));
  await press(cat, card(cat).getByRole('button', { name: 'Get on the list' }));
  await press(cat, inSheet(cat, 'Get on the list'));
  await dialog(cat).getByText('You are on the list').first().waitFor();
  await looksRight(ann, 'shop-list-phone-en');
  await inSheet(ann, 'Recompute the draw here').waitFor({ timeout: 60_000 });
  for (const page of [ann, cat]) {
    await press(page, inSheet(page, 'Recompute the draw here'));
    await dialog(page).getByText('Recomputed on this device: it was kept to.').waitFor();
  }
  await press(bob, inSheet(bob, '在本机重算一遍'));
  await dialog(bob).getByText('本机重算一致').waitFor();
  await looksRight(bob, 'shop-shuffle-phone-zh');
  await looksRight(ann, 'shop-shuffle-phone-en');
  const { sale } = (await call(`/api/rooms/${ROOM}`)).told.sale.offers.find((it) => it.item === 5);
  assert.equal((await call(`/api/rooms/${ROOM}/sales/${sale}/proof`)).told.people.length, 3);
});

test('nothing was asked of any other host', () => assert.deepEqual(outside, []));

/** So many units of a product go into the cart. */
async function fill(page, title, units, button, more) {
  await press(page, page.getByRole('button', { name: /^Bag/ }));
  await press(page, dialog(page).getByRole('listitem').filter({ hasText: title }).getByRole('button', { name: 'Buy' }));
  for (let n = 1; n < units; n++) await press(page, inSheet(page, more));
  await press(page, inSheet(page, button));
  await dialog(page).getByText('Bought all at once or not at all.').waitFor();
  if (title === 'Cup') await close(page);
}

/** Whether the canvas of a model shows more than one colour. */
async function drawn(page) {
  const shown = dialog(page).locator('model-viewer');
  return shown.evaluate(async (it) => {
    const picture = await createImageBitmap(await it.toBlob());
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, picture.width, picture.height);
    const colours = new Set();
    for (let n = 0; n < data.length; n += 4) if (data[n + 3] > 200) colours.add((data[n] << 16) | (data[n + 1] << 8) | data[n + 2]);
    return colours.size > 50;
  });
}
const orbit = (page) => dialog(page).locator('model-viewer').evaluate((it) => String(it.getCameraOrbit()));
