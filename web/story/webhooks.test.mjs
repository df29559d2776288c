// An operator enters a receiver in the control room; what it gets is verified by the reference library of Standard Webhooks,
// also while its secret is changed; what was missed is sent again, one message and all since a time.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { startBrowser, startServer, until } from './house.mjs';

let server, browser, page, receiver, secret;
const told = [];
let says = 200;

before(async () => {
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    told.push({ headers: request.headers, body });
    response.writeHead(says).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  server = await startServer('--webhooks-private', 'yes');
  browser = await startBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage();
  await page.goto(server.invite);
  await page.getByLabel('Your name').fill('Ann');
  await page.getByLabel('Login').fill('ann');
  await page.getByLabel('Password').fill('a long password');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/invite'));
  await page.goto(`${server.base}/control/tea#webhooks`);
});

after(async () => {
  await browser?.close();
  await server?.forget();
  receiver?.close();
});

const button = (name) => page.getByRole('button', { name, exact: typeof name === 'string' });
const arrived = (n) => until(`message ${n} arrived`, () => told.length >= n);

test('what the receiver is sent is believed by the reference library, and nothing else is', async () => {
  await page.getByLabel('Address, HTTPS').fill(`http://127.0.0.1:${receiver.address().port}/hook`);
  await button('Add receiver').click();
  secret = await page.locator('.secret code').textContent();
  await button('Test').click();
  await arrived(1);
  const { headers, body } = told[0];
  const said = new Webhook(secret).verify(body, headers);
  assert.equal(said.type, 'webhook.test');
  assert.ok(Math.abs(new Date(said.timestamp).getTime() - Date.now()) < 60_000, said.timestamp);
  assert.throws(() => new Webhook(secret).verify(body.replace('test', 'text'), headers));
  assert.throws(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'msg_other' }));
  assert.throws(() => new Webhook('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD').verify(body, headers));
});

test('while the secret is changed both verify', async () => {
  await button('New secret').click();
  await until('the new secret is shown', async () => (await page.locator('.secret code').textContent()) !== secret);
  const renewed = await page.locator('.secret code').textContent();
  await button('Test').click();
  await arrived(2);
  for (const it of [secret, renewed]) new Webhook(it).verify(told[1].body, told[1].headers);
});

test('one message goes again, and all that did not arrive since a time', async () => {
  await until('the tries are shown', async () => (await button(/^Send the message/).count()) === 2);
  await button(/^Send the message/).last().click();
  await arrived(3);
  assert.equal(told[2].headers['webhook-id'], told[0].headers['webhook-id']);
  says = 500;
  await button('Test').click();
  await arrived(4);
  says = 200;
  await page.getByLabel('Send again all since').fill('2020-01-01T00:00');
  await button('Send again').last().click();
  await until('the missed one arrived', () => told.slice(4).some((it) => it.headers['webhook-id'] === told[3].headers['webhook-id']));
  assert.ok(told.slice(4).every((it) => it.headers['webhook-id'] === told[3].headers['webhook-id']), 'only what did not arrive');
});
