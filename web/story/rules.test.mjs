// An operator writes a rule by form and keyboard, tries it on the show that was, and switches it on; the room does what it
// says within a second of its being saved. After a restart of the server it works on, and its cool-down goes on too.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { COLOURS, comeAs, looksRight, openHouse, startBrowser, startServer, tabTo, until } from './house.mjs';

const ROOM = 'story';
const COOLS_MS = 40_000;
const WAY_MS = 250;
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-US', ...COLOURS };
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'en-US', hasTouch: true, ...COLOURS };

let server, browser, staff, editor, ann, versions;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const announced = async () => (await (await fetch(`${server.base}/api/rooms/${ROOM}`)).json()).announcement;
const seen = async (page, target) => {
  const [box, { height }] = [await target.boundingBox(), page.viewportSize()];
  return box !== null && box.y >= 0 && box.y + box.height <= height;
};
const say = async (words) => {
  for (let n = 0; n < words; n++) {
    const line = `nice ${n} ${Date.now()}`;
    const box = ann.getByPlaceholder(/Say something/);
    await box.fill(line);
    // While a line is on its way the next one stays in the box; everybody may read it before its sender is answered.
    await until('the line is sent', async () => {
      await box.press('Enter');
      return (await box.inputValue()) === '';
    });
    await ann.getByText(line).first().waitFor();
  }
};

test('a rule is written by keyboard, as a form, and shows the same in CEL', async () => {
  const context = await browser.newContext(DESK);
  ({ staff } = await openHouse(server, context, ROOM, 'Tea evening'));
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
  await tabTo(editor, editor.getByRole('combobox', { name: 'Do', exact: true }));
  await editor.keyboard.type('tell');
  const text = editor.getByLabel('Text', { exact: true });
  await tabTo(editor, text);
  await editor.keyboard.type('{comments_per_min} lines a minute!');
  const cools = editor.getByLabel('Again after, s');
  await tabTo(editor, cools);
  await editor.keyboard.type(String(COOLS_MS / 1_000));
  assert.equal(await cools.inputValue(), String(COOLS_MS / 1_000), 'what was there is typed over');
  const held = editor.getByLabel('Held out, %');
  await tabTo(editor, held);
  await held.fill('0');
});

test('it is tried on what was said before it is saved, and acts within a second afterwards', async () => {
  await tabTo(editor, editor.getByRole('button', { name: 'Try on the last show' }));
  await editor.keyboard.press('Enter');
  await editor.getByText('It would have spoken once').waitFor();
  await looksRight(editor, 'rules-form-en');
  assert.equal(await announced(), null);
  await tabTo(editor, editor.getByRole('button', { name: 'Save', exact: true }));
  await editor.keyboard.press('Enter');
  await editor.getByText('Lively talk works from now on').waitFor();
  await until('the room says it', async () => /^\d+ lines a minute!$/.test((await announced()) ?? ''), 5_000);
  await editor.getByText('2 rules, 2 on').waitFor();
  // Whoever goes by keyboard is back where the rule was begun.
  assert.ok(await editor.getByRole('button', { name: 'New rule' }).evaluate((it) => it === document.activeElement));
});

test('what cannot be is told by field, in both languages', async () => {
  await editor.getByRole('button', { name: /^Lively talk/ }).click();
  await editor.getByRole('button', { name: 'Write as CEL' }).click();
  await editor.getByLabel('Condition in CEL').fill('luck > 3');
  await editor.getByText('names a figure that does not exist').waitFor();
  await editor.getByLabel('Condition in CEL').fill('joins / here > 0.5');
  await editor.getByText('When divides by what is, or may be, zero here').waitFor();
  await looksRight(editor, 'rules-wrong-en');
  assert.ok(await editor.getByRole('button', { name: 'Save', exact: true }).isDisabled());
  await editor.goto(`${server.base}/control/${ROOM}?lang=zh#rules`);
  await editor.getByText('共 2 条规则，已启用 2 条').waitFor();
  await editor.getByRole('button', { name: /^Lively talk/ }).click();
  const form = editor.getByRole('form', { name: 'Lively talk' });
  await form.getByText('comments_per_min >= 3.0').waitFor();
  await looksRight(editor, 'rules-form-zh');
  await form.getByLabel('窗口（秒）').fill('5');
  await form.getByText('窗口（秒） 应在此范围内 10..600').waitFor();
  await form.getByRole('button', { name: '改用 CEL' }).click();
  await form.getByLabel('CEL 条件').fill('joins / here > 0.5');
  await form.getByText('条件 除数为零或可能为零 here').waitFor();
  await looksRight(editor, 'rules-wrong-zh');
  await editor.setViewportSize(PHONE.viewport);
  for (const [language, close, name] of [['zh', '关闭', '名称'], ['en', 'Close', 'Name']]) {
    await editor.goto(`${server.base}/control/${ROOM}?lang=${language}#rules`);
    const chosen = editor.getByRole('button', { name: /^Lively talk/ });
    await chosen.waitFor();
    await looksRight(editor, `rules-phone-list-${language}`);
    await chosen.click();
    // On a phone the form is below the list: it is brought before whoever opened it.
    await form.getByText('comments_per_min >= 3.0').waitFor();
    await until('the form is seen', () => seen(editor, form.getByLabel(name, { exact: true })));
    await looksRight(editor, `rules-phone-form-${language}`);
    const shut = form.getByRole('button', { name: close });
    await shut.scrollIntoViewIfNeeded();
    await looksRight(editor, `rules-phone-form-end-${language}`);
    await shut.click();
    await until('the list is seen again', () => seen(editor, chosen));
  }
  await editor.setViewportSize(DESK.viewport);
});

test('after a restart it works on, and its cool-down goes on', async () => {
  await server.stop();
  await server.again();
  const kept = await staff('GET', '/api/rules?language=en');
  const rule = kept.rules.find((it) => it.code === 'lively-talk');
  assert.equal(rule.version, 1);
  assert.equal(rule.rule.cool_down_s * 1_000, COOLS_MS);
  const soon = { ...rule.rule, do: { act: 'announce', text: 'once more' } };
  await staff('PUT', '/api/rules/lively-talk', { rule: soon, after: 1 });
  await ann.reload();
  await ann.getByPlaceholder(/Say something/).waitFor();
  await say(2);
  // Edited in the middle of its cool-down, it waits for the end of it; the log tells how long that was.
  assert.match(await announced(), /lines a minute!/);
  await until('it speaks once more', async () => (await announced()) === 'once more', 2 * COOLS_MS);
  await staff('DELETE', '/api/rules/lively-talk?after=2');
  versions = await staff('GET', '/api/rules/lively-talk/versions');
  assert.deepEqual(versions.map((it) => it.version), [3, 2, 1]);
});

test('the log tells what was done and why', async () => {
  await server.stop();
  const log = await server.dump(ROOM);
  const all = log.filter((it) => it.event === 'rule' && it.rule === 'lively-talk');
  const put = all.filter((it) => it.what === 'put');
  assert.deepEqual(put.map((it) => it.version).toSorted(), [1, 2, 3], JSON.stringify(put));
  const told = all.filter((it) => it.what !== 'put');
  assert.deepEqual(told.map((it) => it.what), ['done', 'done'], JSON.stringify(told));
  const [first, second] = told.map((it) => it.at);
  const [, edited, saved] = versions.map((it) => it.changed_at);
  console.log(`      ${first - saved} ms after it was saved, and ${second - first} ms later`);
  // It is looked at in the first whole second after the room was told; the way there and to the log is on top.
  assert.ok(first - saved <= 1_000 + WAY_MS, `${first - saved} ms`);
  assert.ok(edited < first + COOLS_MS, 'it was edited while it cooled down');
  // It cools down from the second in which it found its occasion; what it does stands in the log some milliseconds later.
  const [from, to] = [first, second].map((it) => Math.floor(it / 1_000) * 1_000);
  assert.ok(to - from >= COOLS_MS, `${to - from} ms`);
});
