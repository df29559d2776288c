// An operator writes a rule by form and keyboard, tries it on the show that was, and switches it on; the room does what it
// says within a second of its being saved. After a restart of the server it works on, and its cool-down goes on too.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import { COLOURS, LINGER, comeAs, looksRight, openHouse, startBrowser, startServer, tabTo, until } from './house.mjs';

const ROOM = 'story';
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-US', ...COLOURS };
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'en-US', hasTouch: true, ...COLOURS };

let server, browser, staff, editor, host, ann;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const announced = async () => (await (await fetch(`${server.base}/api/rooms/${ROOM}`)).json()).announcement;
const say = async (words) => {
  for (let n = 0; n < words; n++) {
    await ann.getByPlaceholder(/Say something/).fill(`nice ${n} ${Date.now()}`);
    await ann.keyboard.press('Enter');
  }
};

test('a rule is written by keyboard, as a form, and shows the same in CEL', async () => {
  const context = await browser.newContext(DESK);
  ({ page: host, staff } = await openHouse(server, context, ROOM, 'Tea evening'));
  ann = await comeAs(browser, `${server.base}/r/${ROOM}?lang=en`, 'Ann', PHONE);
  await say(4);
  editor = await context.newPage();
  await editor.goto(`${server.base}/control/${ROOM}#rules`);
  await editor.getByText('1 rule, 1 on').waitFor();
  await looksRight(editor, 'rules-list-en');
  await tabTo(editor, editor.getByRole('button', { name: 'New rule' }));
  await editor.keyboard.press('Enter');
  await tabTo(editor, editor.getByLabel('Name', { exact: true }));
  await editor.keyboard.type('Lively talk');
  await tabTo(editor, editor.getByLabel('Window, s'));
  await editor.keyboard.type('60');
  const people = editor.getByLabel('People at least');
  await tabTo(editor, people);
  await people.fill('0');
  const value = editor.getByLabel('With', { exact: true });
  await tabTo(editor, value);
  await value.fill('3');
  await editor.getByText('comments_per_min >= 3.0').waitFor();
  await tabTo(editor, editor.getByLabel('Do', { exact: true }));
  await editor.keyboard.type('tell');
  const text = editor.getByLabel('Text', { exact: true });
  await tabTo(editor, text);
  await editor.keyboard.type('{{comments_per_min}} lines a minute!'.replace('{{', '{').replace('}}', '}'));
  const held = editor.getByLabel('Held out, %');
  await tabTo(editor, held);
  await held.fill('0');
});

test('it is tried on what was said before it is saved, and acts within a second afterwards', async () => {
  await tabTo(editor, editor.getByRole('button', { name: 'Try on the last show' }));
  await editor.keyboard.press('Enter');
  await editor.getByText('It would have spoken once').waitFor();
  await looksRight(editor, 'rules-form-en');
  assert.equal(await announced(), undefined);
  await tabTo(editor, editor.getByRole('button', { name: 'Save', exact: true }));
  await editor.keyboard.press('Enter');
  await editor.getByText('Lively talk works from now on').waitFor();
  const begun = Date.now();
  await until('the room says it', async () => /lines a minute!/.test((await announced()) ?? ''), 5_000);
  console.log(`      ${Date.now() - begun} ms after it was kept`);
  await editor.getByText('2 rules, 2 on').waitFor();
});

test('what cannot be is told by field, in both languages', async () => {
  await editor.getByRole('button', { name: /^Lively talk/ }).click();
  await editor.getByRole('button', { name: 'Write as CEL' }).click();
  await editor.getByLabel('Condition in CEL').fill('luck > 3');
  await editor.getByText('names a figure that does not exist').waitFor();
  await editor.getByLabel('Condition in CEL').fill('joins / here > 0.5');
  await editor.getByText('divides by what is, or may be, zero').waitFor();
  await editor.goto(`${server.base}/control/${ROOM}?lang=zh#rules`);
  await editor.getByText('共 2 条规则，已启用 2 条').waitFor();
  await editor.getByRole('button', { name: /^Lively talk/ }).click();
  await editor.getByLabel('名称', { exact: true }).waitFor();
  await looksRight(editor, 'rules-form-zh');
  await editor.setViewportSize({ width: 390, height: 844 });
  await looksRight(editor, 'rules-phone-zh');
  await editor.setViewportSize(DESK.viewport);
});

test('after a restart it works on, and its cool-down goes on', async () => {
  const port = new URL(server.base).port;
  await server.stop();
  const args = ['serve', '--data', server.data, '--listen', `127.0.0.1:${port}`, '--media-udp', '127.0.0.1:0', '--media-tcp', '127.0.0.1:0'];
  const again = spawn(LINGER, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  server.child = again;
  server.stop = async () => {
    if (again.exitCode !== null) return;
    again.kill('SIGTERM');
    await once(again, 'exit');
  };
  const lines = createInterface({ input: again.stdout });
  await new Promise((ready) => lines.on('line', (line) => line.includes('listening on') && ready()));
  const kept = await staff('GET', '/api/rules?language=en');
  const rule = kept.rules.find((it) => it.code === 'lively-talk');
  assert.equal(rule.version, 1);
  const soon = { ...rule.rule, cool_down_s: 10, do: { act: 'announce', text: 'once more' } };
  await staff('PUT', '/api/rules/lively-talk', { rule: soon, after: 1 });
  await ann.reload();
  await ann.getByPlaceholder(/Say something/).waitFor();
  await say(2);
  // Edited in the middle of its cool-down, it waits for the end of it.
  assert.match(await announced(), /lines a minute!/);
  await staff('DELETE', '/api/rules/lively-talk?after=2');
  const versions = await staff('GET', '/api/rules/lively-talk/versions');
  assert.deepEqual(versions.map((it) => it.version), [3, 2, 1]);
});

test('the log tells what was done and why', async () => {
  await server.stop();
  const log = [];
  const dump = spawn(LINGER, ['log', 'dump', '--data', server.data, '--room', ROOM], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: dump.stdout })) log.push(JSON.parse(line));
  const rules = log.map((it) => JSON.stringify(it)).filter((it) => it.includes('"lively-talk"'));
  assert.equal(rules.filter((it) => it.includes('"done"')).length, 1, rules.join('\n'));
});
