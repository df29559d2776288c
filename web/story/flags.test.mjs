// A shop's server and a shop's page are given flags through the official OpenFeature providers: in the same arm, with a tag while
// nothing changes, switched off for both at once, and refused as the protocol says.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature as Server } from '@openfeature/server-sdk';
import { OpenFeature as Page, ProviderEvents } from '@openfeature/web-sdk';
import { startServer, until } from './house.mjs';

const PEOPLE = 40;
let server, headers, keys;
const answers = [];

async function staff(method, path, body) {
  const answer = await fetch(server.base + path, { method, headers, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(told)}`);
  return told;
}

const keyOf = async (trusted) =>
  (await staff('POST', '/api/write-keys', { name: 'Shop', source: 'shop', trusted, per_second: 1000 })).key;

/** What a provider asks with, which keeps what was answered. */
const watching = async (...asked) => {
  const answer = await fetch(...asked);
  answers.push({ status: answer.status, tag: answer.headers.get('etag') });
  return answer;
};

before(async () => {
  server = await startServer();
  const token = server.invite.split('#')[1].replace(/^token=/, '');
  const body = JSON.stringify({ token, login: 'ann', name: 'Ann', password: 'a long enough secret' });
  const joined = await fetch(`${server.base}/api/invites/use`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const me = await joined.json();
  headers = { 'content-type': 'application/json', cookie: joined.headers.get('set-cookie').split(';')[0], 'x-csrf': me.csrf };
  keys = { server: await keyOf(true), page: await keyOf(false) };
  const design = {
    hypothesis: 'Free shipping is worth more than a coupon.',
    unit: 'viewer',
    places: ['servers', 'pages'],
    arms: [{ key: 'coupon', value: { kind: 'coupon', off: 5 } }, { key: 'shipping', value: { kind: 'shipping', off: 6 } }],
    metrics: [{ key: 'orders', primary: true, is: { kind: 'mean', of: [{ event: 'order.paid' }] } }],
  };
  const only = { ...design, places: ['servers'], arms: [{ key: 'a', value: 1 }, { key: 'b', value: 2 }] };
  for (const [key, it] of [['gift', design], ['margin', only]]) {
    await staff('POST', '/api/experiments', { key, design: it });
    await staff('POST', `/api/experiments/${key}/start`, { after: 1 });
  }
  const asServer = new OFREPProvider({ baseUrl: server.base, headers: [['authorization', `Bearer ${keys.server}`]] });
  await Server.setProviderAndWait(asServer);
  const asPage = new OFREPWebProvider({
    baseUrl: server.base,
    headers: [['x-api-key', keys.page]],
    fetchImplementation: watching,
    changeDetection: 'polling',
    pollInterval: 300,
    cacheMode: 'disabled',
  });
  await Page.setContext({ targetingKey: 'visitor-1' });
  await Page.setProviderAndWait(asPage);
});

after(async () => {
  await Page.close();
  await Server.close();
  await server?.forget();
});

test('a server is given everybody in one of two arms, each counted once', async () => {
  const client = Server.getClient();
  const seen = { coupon: 0, shipping: 0 };
  for (const round of [1, 2]) {
    for (let n = 0; n < PEOPLE; n++) {
      const told = await client.getObjectDetails('gift', {}, { targetingKey: `visitor-${n}` });
      assert.equal(told.reason, 'SPLIT');
      assert.equal(told.value.kind, told.variant);
      assert.equal(told.flagMetadata.exposure, `gift/1/${told.variant}`);
      if (round === 1) seen[told.variant] += 1;
    }
  }
  assert.ok(seen.coupon > 5 && seen.shipping > 5, JSON.stringify(seen));
  const counted = await until('all are counted', async () => {
    const { arms } = await staff('GET', '/api/experiments/gift/report');
    return arms.reduce((sum, it) => sum + it.units, 0) === PEOPLE && arms;
  });
  assert.deepEqual(counted.map((it) => [it.key, it.units]), [['coupon', seen.coupon], ['shipping', seen.shipping]]);
  assert.equal(await client.getNumberValue('margin', 0, { targetingKey: 'visitor-1' }) > 0, true);
});

test('a page has the same arm as the server, and is not sent again what did not change', async () => {
  const page = Page.getClient().getObjectDetails('gift', {});
  const same = await Server.getClient().getObjectDetails('gift', {}, { targetingKey: 'visitor-1' });
  assert.deepEqual([page.variant, page.value, page.reason], [same.variant, same.value, 'SPLIT']);
  await until('the page was told that nothing changed', () => answers.filter((it) => it.status === 304).length >= 2);
  assert.ok(answers.find((it) => it.status === 200).tag);
  // What is for servers is not there for pages.
  assert.equal(Page.getClient().getNumberDetails('margin', 7).value, 7);
});

test('what cannot be answered is the error that the protocol names, and the usual value', async () => {
  const client = Server.getClient();
  const gone = await client.getStringDetails('none', 'usual', { targetingKey: 'visitor-1' });
  assert.deepEqual([gone.value, gone.errorCode], ['usual', 'FLAG_NOT_FOUND']);
  const nobody = await client.getObjectDetails('gift', { kind: 'usual' }, {});
  assert.deepEqual([nobody.value.kind, nobody.errorCode], ['usual', 'TARGETING_KEY_MISSING']);
  const odd = await client.getObjectDetails('gift', {}, { targetingKey: 'visitor-1', room: 'No Room' });
  assert.equal(odd.errorCode, 'INVALID_CONTEXT');
  const wrong = await client.getBooleanDetails('gift', true, { targetingKey: 'visitor-1' });
  assert.deepEqual([wrong.value, wrong.errorCode], [true, 'TYPE_MISMATCH']);
  const provider = new OFREPProvider({ baseUrl: server.base, headers: [['authorization', 'Bearer wk_none']] });
  await assert.rejects(provider.resolveObjectEvaluation('gift', {}, { targetingKey: 'a' }), /Unauthorized/i);
  const aPage = new OFREPProvider({ baseUrl: server.base, headers: [['authorization', `Bearer ${keys.page}`]] });
  await assert.rejects(aPage.resolveNumberEvaluation('margin', 0, { targetingKey: 'a' }), /Forbidden/i);
});

test('the kill switch reaches the server at once and the page with its next look', async () => {
  const changed = new Promise((on) => Page.addHandler(ProviderEvents.ConfigurationChanged, ({ flagsChanged }) => on(flagsChanged)));
  await staff('POST', '/api/experiments/gift/kill', {});
  const told = await Server.getClient().getObjectDetails('gift', {}, { targetingKey: 'visitor-1' });
  assert.deepEqual([told.reason, told.value.kind], ['DISABLED', 'coupon']);
  assert.deepEqual(await changed, ['gift']);
  assert.equal(Page.getClient().getObjectDetails('gift', {}).reason, 'DISABLED');
});
