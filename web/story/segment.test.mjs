// Segment's own library for Node, pointed at a real server: every event is delivered, told twice it counts once, and a
// batch with bad items is not sent for ever.

import { Analytics } from '@segment/analytics-node';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, until } from './house.mjs';

const HOUR = 3_600_000;
const PEOPLE = 40;
const PASSWORD = 'long enough to sign in';

let server, staff, key;

/** Asks as the signed-in administrator. */
async function ask(method, path, body) {
  const headers = { 'content-type': 'application/json', cookie: staff.cookie, 'x-csrf': staff.csrf };
  const answer = await fetch(server.base + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
  return answer.json();
}

/** How often an event happened, and how many people did it, as the question says. */
async function counted(event) {
  const scope = { from_ms: Date.now() - HOUR, to_ms: Date.now() + HOUR, zone: 'UTC', min_people: 1 };
  const answer = await ask('POST', '/api/questions', { ask: 'trend', scope, what: { event }, period: 'month' });
  const cells = answer.groups[0].figures;
  const sum = (figure) => cells.reduce((all, cell) => all + (cell[figure] ?? 0), 0);
  return { events: sum('events'), people: sum('people') };
}

before(async () => {
  server = await startServer();
  const post = (path, body) =>
    fetch(server.base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const login = { login: 'anna', name: 'Anna', password: PASSWORD };
  await post('/api/invites/use', { token: server.invite.split('#')[1], ...login });
  const signedIn = await post('/api/sign-in', login);
  const cookie = signedIn.headers.getSetCookie()[0].split(';')[0];
  staff = { cookie, csrf: (await signedIn.json()).csrf };
  key = (await ask('POST', '/api/write-keys', { name: 'Server', source: 'server', currency: 'CNY', trusted: true })).key;
});

after(() => server?.forget());

function analytics(settings) {
  const told = { answers: [], failed: [] };
  const client = new Analytics({ writeKey: key, host: server.base, ...settings });
  client.on('http_response', (answer) => told.answers.push(answer.status));
  client.on('error', (error) => told.failed.push(error));
  return [client, told];
}

test('every event of the official library is delivered and counted once', async () => {
  const [client, told] = analytics({ flushAt: 15 });
  for (let n = 0; n < PEOPLE; n++) {
    const userId = `person-${n}`;
    client.identify({ userId, anonymousId: `device-${n}`, traits: { age_band: '25-34', email: 'a@b.example' } });
    client.page({ anonymousId: `device-${n}`, name: 'Tea', properties: { path: '/tea' } });
    client.track({ userId, event: 'Product Added', properties: { product_id: String(n % 7) } });
    client.track({ userId, event: 'Order Completed', properties: { order_id: `o${n}`, total: 19.99 } });
    client.screen({ userId, name: 'Basket' });
    client.group({ userId, groupId: 'club' });
    client.alias({ userId, previousId: `old-${n}` });
  }
  await client.closeAndFlush();
  assert.deepEqual(told.failed, []);
  assert.ok(told.answers.every((status) => status === 200), told.answers.join());
  const figures = await ask('GET', '/api/events/figures');
  assert.equal(figures.facts, PEOPLE * 7);
  assert.equal(figures.persons, PEOPLE);
  for (const event of ['person.identified', 'page.viewed', 'cart.added', 'order.paid', 'screen.viewed']) {
    assert.deepEqual(await counted(event), { events: PEOPLE, people: PEOPLE }, event);
  }
});

test('what is told twice counts once', async () => {
  const [client, told] = analytics({ flushAt: 1 });
  for (let n = 0; n < 5; n++) client.track({ userId: 'twice', event: 'Told', messageId: 'the-same' });
  await client.closeAndFlush();
  assert.deepEqual(told.failed, []);
  assert.deepEqual(await counted('Told'), { events: 1, people: 1 });
});

test('good items among bad ones are stored, and the library does not send them for ever', async () => {
  const [client, told] = analytics({ flushAt: 3 });
  client.track({ userId: 'ann', event: 'Good' });
  client.track({ userId: 'ann', event: 'x'.repeat(300) });
  client.track({ userId: 'bob', event: 'Good' });
  await client.closeAndFlush();
  assert.deepEqual(told.answers, [207]);
  assert.deepEqual(await counted('Good'), { events: 2, people: 2 });
});

test('a server that asks for patience gets every event in the end', async () => {
  const slow = await ask('POST', '/api/write-keys', { name: 'Slow', source: 'slow', per_second: 1000 });
  const [client, told] = analytics({ writeKey: slow.key, flushAt: 500, maxEventsInBatch: 500 });
  for (let n = 0; n < 4_000; n++) client.track({ userId: `p${n % 50}`, event: 'Patience' });
  await client.closeAndFlush({ timeout: 60_000 });
  assert.deepEqual(told.failed, []);
  assert.ok(told.answers.includes(429), 'nobody was asked for patience');
  await until('all are there', async () => (await counted('Patience')).events === 4_000);
});
