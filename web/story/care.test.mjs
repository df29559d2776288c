// After the sale, on the buyers' phones and at the staff's desk, which goes by keys alone: a campaign is made and its coupon
// used, parcels are sent and arrive, one thing comes back and is refunded, another is refused with a sentence, a request is
// answered within its clock, and a payment that the provider forgot is found.

import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { COLOURS, comeAs, looksRight, openHouse, picture, startBrowser, startServer, tabTo, until } from './house.mjs';

const ROOM = 'shop';
const PHONE = { viewport: { width: 390, height: 844 }, ...COLOURS };
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...COLOURS };
const CUP = { id: 7, title: 'Celadon pot', seller: 'Longquan Kilns', image: '/goods/46.svg', price: { minor: 12_800, currency: 'CNY' } };
const MILK = { id: 8, title: '鲜牛奶', seller: '西湖牧场', image: '', price: { minor: 3_600, currency: 'CNY' } };

let server, browser, mei, staff, ann, bob, annOrder, bobOrder, second;

const ask = (act) => staff('POST', `/api/rooms/${ROOM}/ask`, act);

/** Asks the server as the guest of a page. */
function asGuest(page, path, body) {
  return page.evaluate(
    async ([path, body, room]) => {
      const token = localStorage.getItem(`linger.guest..${room}`);
      const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
      const answer = await fetch(path, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
      return { status: answer.status, told: await answer.json() };
    },
    [path, body, ROOM],
  );
}

/** An order of one pot that is paid over the interface, under a name of one letter. */
async function paidBy(page, letter, expected_minor) {
  const order = letter.repeat(32);
  const cart = { kind: 'sale', do: 'place-cart', order, lines: [{ item: 7, units: 1 }], expected_minor };
  for (const [path, body] of [['ask', cart], [`orders/${order}/pay`, {}]]) {
    const { status, told } = await asGuest(page, `/api/rooms/${ROOM}/${path}`, body);
    assert.ok(status < 300, JSON.stringify(told));
  }
  await until('it is paid', async () => (await pageOf(page, order)).state === 'paid');
  return order;
}

const orderOf = async (page) => (await asGuest(page, '/api/me/orders')).told.orders[0].order.order;
const pageOf = async (page, order) => (await asGuest(page, `/api/rooms/${ROOM}/orders/${order}`)).told;

/** The queue of a key, with the row that is open. */
async function queue(key, name) {
  await mei.keyboard.press(key);
  await mei.getByRole('link', { name: new RegExp(name) }).and(mei.locator('[aria-current=page]')).waitFor();
  await mei.keyboard.press('r');
}

async function waits(key, name, text) {
  await queue(key, name);
  await until(`${text} waits in ${name}`, async () => {
    if (await mei.locator('.list').getByText(text).first().isVisible()) return true;
    await mei.keyboard.press('r');
    return false;
  });
}

before(async () => {
  server = await startServer('--reconcile-min', '1');
  browser = await startBrowser();
  ({ page: mei, staff } = await openHouse(server, await browser.newContext(DESK), ROOM, 'Pots and milk'));
  await staff('POST', '/api/catalogue', { products: [CUP, MILK] });
  const { products } = await staff('GET', '/api/products?ids=8');
  await staff('PUT', '/api/products/8', { ...products[0], returns: { kind: 'excepted', why: 'perishable' } });
  for (const item of [7, 8]) {
    for (const act of [
      { kind: 'list-item', item },
      { kind: 'set-stock', item, units: 20 },
      { kind: 'open-sale', item, per_person: 5, hold_ms: 600_000 },
    ]) {
      await ask(act);
    }
  }
  await ask({ kind: 'pin-card', item: 7 });
  ann = await comeAs(browser, `${server.base}/r/${ROOM}`, 'Ann', { ...PHONE, locale: 'en-GB' });
  bob = await comeAs(browser, `${server.base}/r/${ROOM}`, '小博', { ...PHONE, locale: 'zh-CN' });
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

test('a campaign is made in the control room', async () => {
  await mei.goto(`${server.base}/control/${ROOM}#campaigns`);
  await tabTo(mei, mei.getByRole('link', { name: 'New campaign' }));
  await mei.keyboard.press('Enter');
  await mei.getByLabel('Title that people read').fill('Autumn, 10 off');
  await mei.getByLabel('Name for staff').fill('autumn-10');
  await mei.getByRole('button', { name: 'Begin the campaign' }).click();
  await mei.getByText('Please look at this again.').waitFor();
  assert.equal(await mei.evaluate(() => document.activeElement?.id), 'campaign-value', 'the wrong field has the focus');
  await mei.keyboard.type('10');
  await mei.getByLabel('Budget').fill('200');
  await mei.getByLabel('For one person').fill('2');
  await mei.getByLabel('How people get it').selectOption('everybody');
  await looksRight(mei, 'campaigns-new-desktop-en');
  await mei.getByLabel('Budget').press('Enter');
  await mei.getByText('Autumn, 10 off', { exact: true }).waitFor();
  const [made] = await staff('GET', `/api/rooms/${ROOM}/campaigns`);
  assert.deepEqual([made.campaign.campaign, made.campaign.budget_minor, made.campaign.times], ['autumn-10', 20_000, 2]);
});

test('it counts for an order, whose page says so line by line', async () => {
  await ann.getByRole('button', { name: 'Buy', exact: true }).click();
  await ann.getByRole('button', { name: /^Order/ }).click();
  await ann.getByRole('button', { name: /^Pay/ }).click();
  await ann.getByText('Paid. It is yours.').waitFor();
  const sheet = ann.getByRole('dialog');
  await sheet.getByText('Autumn, 10 off').waitFor();
  await sheet.getByText('¥118', { exact: true }).first().waitFor();
  annOrder = await orderOf(ann);
  await looksRight(ann, 'care-paid-phone-en');
  const [{ spent_minor }] = await staff('GET', `/api/rooms/${ROOM}/campaigns`);
  assert.equal(spent_minor, 1_000, 'the budget was debited with the hold');
});

test('a coupon is given by hand, once however often it is tried', async () => {
  const day = 86_400_000;
  const campaign = {
    campaign: 'sorry', title: 'Sorry for the wait', what: { kind: 'percent', bps: 2000, most_minor: 3000 }, from: Date.now() - day, until: Date.now() + 30 * day,
    times: 1, every: 'ever', stacks: 'other-kinds', gives_back: true, open_to: 'grant', uses_max: 50,
  };
  await ask({ kind: 'sale', do: 'set-campaign', campaign });
  const { person } = await pageOf(ann, annOrder);
  await mei.goto(`${server.base}/control/${ROOM}#campaigns/grant/sorry`);
  await mei.getByLabel('People, one to a line').fill(`${person}\nnobody`);
  await mei.getByText(/One line names nobody/).waitFor();
  await mei.getByRole('button', { name: 'Give to one person' }).click();
  await mei.getByText('1 of 1 have it.').waitFor();
  await looksRight(mei, 'campaigns-desktop-en');
  await mei.getByLabel('People, one to a line').fill(person);
  await mei.getByRole('button', { name: 'Give to one person' }).click();
  await mei.getByText('0 of 1 have it.').waitFor();
  const coupons = (await asGuest(ann, `/api/rooms/${ROOM}/coupons`)).told;
  assert.equal(coupons.find((it) => it.campaign.campaign === 'sorry').count, 1);
});

test('what is excepted from returns is confirmed for this very purchase before it is paid', async () => {
  const order = 'b'.repeat(32);
  const placed = await asGuest(bob, `/api/rooms/${ROOM}/ask`, {
    kind: 'sale', do: 'place-cart', order, lines: [{ item: 8, units: 2 }], expected_minor: 6_200, delivery: { address: '杭州市西湖区茶路 5 号 3 楼\n小博 收' },
  });
  assert.equal(placed.status, 200, JSON.stringify(placed.told));
  bobOrder = order;
  await bob.goto(`${server.base}/r/${ROOM}?order=${order}`);
  await bob.getByText('鲜活易腐。确认后不适用无理由退货').waitFor();
  await looksRight(bob, 'care-confirm-phone-zh');
  await bob.getByRole('button', { name: '我确认，仅限这一单' }).click();
  await bob.getByText('鲜活易腐：这一单已确认不适用无理由退货').waitFor();
  await bob.getByRole('button', { name: '去付款' }).click();
  await bob.getByRole('button', { name: /付款|支付/ }).first().click();
  await bob.getByText('备货').first().waitFor();
  assert.equal((await pageOf(bob, order)).state, 'paid');
});

test('the staff sends both from the queue without a pointer, and one is undone first', async () => {
  await mei.goto(`${server.base}/control/${ROOM}#care`);
  await mei.getByText('2 orders wait to be sent.').waitFor();
  await mei.keyboard.press('s');
  await mei.keyboard.type('SF Express');
  await mei.keyboard.press('Enter');
  await mei.getByText('One order waits to be sent.').waitFor();
  await mei.keyboard.press('Escape');
  await mei.keyboard.press('z');
  await mei.getByText('2 orders wait to be sent.').waitFor();
  await mei.keyboard.press('j');
  await mei.getByText('杭州市西湖区茶路 5 号 3 楼').waitFor();
  await looksRight(mei, 'care-desk-desktop-en');
  for (const left of ['One order waits to be sent.', 'Nothing waits in this queue.']) {
    await mei.keyboard.press('s');
    if (await mei.evaluate(() => document.activeElement?.tagName === 'INPUT')) {
      await mei.keyboard.type('SF Express');
      await mei.keyboard.press('Enter');
      await mei.keyboard.press('Escape');
    }
    await mei.getByText(left).waitFor();
  }
  await until('both are on their way', async () => (await pageOf(ann, annOrder)).stage === 'on-the-way' && (await pageOf(bob, bobOrder)).stage === 'on-the-way');
  await ann.getByText('On its way', { exact: true }).waitFor();
});

test('what arrives is told in the queue of what is under way', async () => {
  await waits('2', 'Under way', 'Celadon pot');
  for (let n = 0; n < 2; n++) await mei.keyboard.press('d');
  await until('both have it', async () => (await pageOf(ann, annOrder)).stage === 'delivered' && (await pageOf(bob, bobOrder)).stage === 'delivered');
});

test('a return with an exception is refused properly, unless something is wrong', async () => {
  await bob.getByRole('button', { name: '退货或换货' }).click();
  await bob.getByText('鲜活易腐：这一单已确认不适用无理由退货').waitFor();
  await bob.getByRole('button', { name: '提交申请' }).click();
  await bob.getByText('购买时你已确认不适用无理由退货。如果商品有问题，请说明情况。').waitFor();
  await looksRight(bob, 'care-refused-phone-zh');
  await bob.getByLabel('有质量问题').check();
  await bob.getByLabel('补充说明（选填）').fill('有一盒漏了');
  await bob.getByRole('button', { name: '提交申请' }).click();
  await bob.getByText('待店铺裁决').first().waitFor();
});

test('the staff decides about it by keys', async () => {
  await waits('3', 'Returns to decide', 'Broken or flawed');
  await mei.getByText('“有一盒漏了”').waitFor();
  await looksRight(mei, 'care-return-desktop-en');
  await mei.keyboard.press('a');
  await bob.getByText('已同意，待寄回').first().waitFor({ timeout: 30_000 });
  await bob.getByText('寄回运费由店铺承担。').waitFor();
  await picture(bob, 'care-return-phone-zh');
});

test('a return without a reason is agreed at once, comes back and is refunded', async () => {
  await ann.getByRole('button', { name: 'Bring something back' }).click();
  await ann.getByText(/Comes back without a reason until/).waitFor();
  await looksRight(ann, 'care-return-phone-en');
  await ann.getByRole('button', { name: 'Ask for the return' }).click();
  await ann.getByRole('button', { name: 'I sent it' }).click();
  await ann.getByLabel('Carrier').fill('YTO');
  await ann.getByRole('button', { name: 'I sent it' }).click();
  await ann.getByText(/Counts as arrived by/).waitFor();
  await waits('4', 'Returns coming', 'Without a reason');
  await until('the return of Ann is open', async () => {
    if (await mei.getByRole('heading', { name: `Return of order ${annOrder.slice(0, 8)}` }).isVisible()) return true;
    await mei.keyboard.press('j');
    return false;
  });
  await mei.keyboard.press('v');
  await ann.getByText(/^¥118 went back to you/).waitFor({ timeout: 40_000 });
  await looksRight(ann, 'care-refunded-phone-en');
});

test('who has it rates it, as a purchase that was verified', async () => {
  await ann.getByRole('button', { name: 'Rate Celadon pot' }).click();
  await ann.getByRole('radio', { name: '4 stars' }).check({ force: true });
  await ann.getByLabel('A few words, if you like').fill('A calm green. Too small for my aloe.');
  await ann.getByRole('button', { name: 'Rate', exact: true }).click();
  await ann.getByRole('heading', { name: 'Your rating of Celadon pot' }).waitFor();
  const { ratings, mean_centi } = (await asGuest(ann, `/api/rooms/${ROOM}/items/7/ratings`)).told;
  assert.deepEqual([ratings[0].text, ratings[0].name, mean_centi], ['A calm green. Too small for my aloe.', 'Ann', 400]);
  await waits('9', 'Ratings', 'A calm green.');
});

test('a request is answered at once by the house and by a person within its clock', async () => {
  await bob.getByRole('button', { name: '联系店铺' }).click();
  await bob.getByLabel('关于什么').selectOption('product');
  await bob.getByLabel('你的话').fill('剩下的一盒放多久？');
  await bob.getByRole('button', { name: '发送' }).click();
  await bob.getByText('退换正在进行，下一步见订单页。').waitFor();
  await waits('7', 'Requests', '剩下的一盒放多久？');
  await mei.locator('.list').getByText(/Answer within (3 h 5\d min|4 h)/).waitFor();
  await mei.keyboard.press('w');
  await mei.keyboard.type('Three days in the fridge.');
  await looksRight(mei, 'care-ticket-desktop-en');
  await mei.keyboard.press('Enter');
  await bob.getByText('Three days in the fridge.').waitFor();
  await mei.locator('.list').getByText(/Solve within/).waitFor();
  await bob.getByText(/最迟.*解决/).first().waitFor();
  await looksRight(bob, 'care-ticket-phone-zh');
  const [{ ticket }] = (await pageOf(bob, bobOrder)).tickets;
  assert.deepEqual([ticket.length, (await pageOf(bob, bobOrder)).tickets[0].answered], [32, true]);
  await mei.keyboard.press('Escape');
  await mei.keyboard.press('f');
  await bob.getByRole('button', { name: '重新打开' }).waitFor();
});

test('what is picked up is handed over against a code that the buyer alone sees', async () => {
  second = await paidBy(ann, 'c', 11_800);
  await ann.goto(`${server.base}/r/${ROOM}?order=${second}`);
  await ann.getByText('Being packed').waitFor();
  await waits('1', 'To send', second.slice(0, 8));
  await mei.keyboard.press('p');
  await ann.getByText('Say it where you pick it up. Only you see it.').waitFor({ timeout: 30_000 });
  await looksRight(ann, 'care-pick-up-phone-en');
  const code = await ann.locator('.code output').textContent();
  assert.match(code, /^\d{6}$/);
  await waits('2', 'Under way', second.slice(0, 8));
  assert.equal(await mei.getByText(code).count(), 0, 'the desk does not know it');
  await mei.keyboard.press('c');
  await mei.keyboard.type('nothing');
  await mei.keyboard.press('Enter');
  await mei.getByText('That is not the pick-up code.').waitFor();
  await mei.keyboard.press('ControlOrMeta+a');
  await mei.keyboard.type(code);
  await mei.keyboard.press('Enter');
  await ann.getByText('Picked up', { exact: true }).waitFor();
  await mei.keyboard.press('Escape');
});

test('an exchange is held, comes back and goes out again', async () => {
  await ann.getByRole('button', { name: 'Bring something back' }).click();
  await ann.getByLabel('Broken or flawed').check();
  await ann.getByLabel('The same again').check();
  await ann.getByRole('button', { name: 'Ask for the return' }).click();
  await ann.getByText('for Celadon pot').waitFor();
  await waits('5', 'Exchanges', 'exchange');
  await mei.keyboard.press('a');
  await ann.getByText('agreed, to be sent').first().waitFor({ timeout: 30_000 });
  await waits('5', 'Exchanges', 'agreed, to be sent');
  await mei.keyboard.press('b');
  await waits('1', 'To send', second.slice(0, 8));
  await ann.getByText('One thing back: arrived').waitFor({ timeout: 30_000 });
});

test('an order of which nothing was packed is given up, unless that is undone', async () => {
  // The coupon of what came back came back as well.
  const third = await paidBy(ann, 'd', 11_800);
  await ann.goto(`${server.base}/r/${ROOM}?order=${third}`);
  const cancel = ann.getByRole('button', { name: 'Cancel the order' });
  await cancel.click();
  await ann.getByRole('button', { name: /^Undo/ }).click();
  assert.equal((await pageOf(ann, third)).stage, 'packing');
  await cancel.click();
  await ann.getByText('¥118 went back to you.').waitFor({ timeout: 40_000 });
  assert.equal((await pageOf(ann, third)).stage, 'cancelled');
  await picture(ann, 'care-cancelled-phone-en');
});

test('without a way to the room the page says what it still knows', async () => {
  await ann.context().setOffline(true);
  await ann.getByText(/No connection. You see what was read at/).waitFor({ timeout: 60_000 });
  await picture(ann, 'care-offline-phone-en');
  await ann.context().setOffline(false);
  await ann.getByText(/No connection/).waitFor({ state: 'detached', timeout: 60_000 });
});

test('moderators see requests and ratings, and neither addresses nor money', async () => {
  const { link } = await staff('POST', '/api/invites', { role: 'moderator' });
  const context = await browser.newContext({ ...DESK, locale: 'zh-CN' });
  const page = await context.newPage();
  const login = { login: 'mori', password: 'a long enough secret' };
  const used = await page.request.post(`${server.base}/api/invites/use`, { data: { token: link.split('#')[1], name: 'Mori', ...login } });
  assert.ok(used.ok(), await used.text());
  await page.request.post(`${server.base}/api/sign-in`, { data: login });
  await page.goto(`${server.base}/control/${ROOM}`);
  await page.getByRole('heading', { name: '售后还有谁在等什么？' }).waitFor();
  assert.equal(await page.getByRole('navigation', { name: '队列' }).getByRole('link').count(), 3);
  await page.keyboard.press('3');
  await page.getByText('A calm green.').first().waitFor();
  assert.equal(await page.getByRole('heading', { name: '手动退款' }).count(), 0);
  await looksRight(page, 'care-moderator-desktop-zh');
  await context.close();
});

test('the desk reads in Chinese and on a phone', async () => {
  await mei.evaluate(() => localStorage.setItem('linger.lang', 'zh'));
  for (const [hash, name] of [['care/coming', 'care-desk'], ['campaigns', 'campaigns'], ['care/promises', 'care-promises']]) {
    await mei.goto(`${server.base}/control/${ROOM}#${hash}`);
    await mei.reload();
    await mei.getByRole('heading', { level: 1 }).waitFor();
    await until('it is loaded', async () => (await mei.locator('.skeleton').count()) === 0);
    await looksRight(mei, `${name}-desktop-zh`);
  }
  await mei.setViewportSize({ width: 390, height: 844 });
  await mei.goto(`${server.base}/control/${ROOM}#care/coming`);
  await mei.getByText('退货途中').first().waitFor();
  await looksRight(mei, 'care-desk-phone-zh');
  await mei.setViewportSize({ width: 1440, height: 900 });
  await mei.evaluate(() => localStorage.setItem('linger.lang', 'en'));
});

test('payments that the provider does not know are found, with what to do', async () => {
  await mei.goto(`${server.base}/control/${ROOM}#findings`);
  await mei.reload();
  await mei.getByText(/No comparison was made|payments agree/).first().waitFor();
  await looksRight(mei, 'findings-clean-desktop-en');
  // The provider loses its books: now the room knows payments that it does not.
  await server.stop();
  const books = (await readdir(server.data)).filter((name) => name.startsWith('sandbox.db'));
  for (const name of books) await rm(join(server.data, name));
  await server.again();
  await mei.reload();
  await until('they are found', async () => (await staff('GET', '/api/payments/findings')).differences.length > 0, 120_000);
  await mei.reload();
  await mei.getByText('Check that the key belongs to the right account.', { exact: false }).waitFor();
  const { differences } = await staff('GET', '/api/payments/findings');
  assert.deepEqual([...new Set(differences.map((it) => it.kind))], ['not-at-provider']);
  assert.ok([annOrder, bobOrder].every((order) => differences.some((it) => it.order === order)));
  await looksRight(mei, 'findings-desktop-en');
  await mei.evaluate(() => localStorage.setItem('linger.lang', 'zh'));
  await mei.reload();
  await mei.getByText('渠道没有这笔付款').first().waitFor();
  await looksRight(mei, 'findings-desktop-zh');
});
