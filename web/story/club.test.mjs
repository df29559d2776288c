// The fan club, checking in, links that bring somebody, and a sprint of likes, by a host and three viewers on phones: one
// taps in English, one in Chinese, one has only a keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { COLOURS, comeAs, looksRight, openHouse, startBrowser, startServer, tabTo } from './house.mjs';

const ROOM = 'club';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5, ...COLOURS };
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-US', ...COLOURS };

let server, browser, studio, ann, bob, cat;

before(async () => {
  server = await startServer('--hold-out', '0');
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const dialog = (page) => page.getByRole('dialog');
const all = (act) => Promise.all([ann, bob, cat].map(act));
const say = async (page, text) => {
  const words = page.getByRole('textbox', { name: /Say something|说点什么/ });
  await words.fill(text);
  await words.press('Enter');
};

/** A tap, or for who has no pointer the keyboard alone. */
async function press(page, button) {
  if (page !== cat) return button.tap();
  await tabTo(page, button);
  await page.keyboard.press('Enter');
}
const pressIn = (page, name) => press(page, dialog(page).getByRole('button', { name, exact: true }));
const club = (page) => page.getByRole('button', { name: /^(Fan club|粉丝团)/ });
const close = async (page) => {
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
};

test('a host opens a room, and three viewers come', async () => {
  const context = await browser.newContext(DESK);
  ({ page: studio } = await openHouse(server, context, ROOM, 'Tea evening'));
  await studio.goto(`${server.base}/studio/${ROOM}`);
  const come = (locale, name) =>
    comeAs(browser, `${server.base}/r/${ROOM}`, name, { ...PHONE, locale, permissions: ['clipboard-read', 'clipboard-write'] });
  [ann, bob, cat] = await Promise.all([come('en-US', 'Ann'), come('zh-CN', '小林'), come('en-US', 'Cat')]);
  assert.equal(await club(ann).count(), 0, 'where there is no club, no button leads to one');
});

test('a link is taken along by keyboard, and a friend comes by it', async () => {
  await press(cat, cat.getByRole('button', { name: 'Share', exact: true }));
  await dialog(cat).getByText('You brought 0 people').waitFor();
  await looksRight(cat, 'share-phone-en');
  await pressIn(cat, 'Copy the link');
  await cat.getByText('Link copied').waitFor();
  const link = await cat.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /by=/);
  await close(cat);
  const friend = await (await browser.newContext({ ...PHONE, locale: 'zh-CN' })).newPage();
  await friend.goto(link);
  await friend.getByRole('textbox', { name: '说点什么' }).waitFor();
});

test('the host sets a club up in the studio, and says in words when levels make no sense', async () => {
  await studio.getByRole('button', { name: 'Set up a fan club' }).click();
  await studio.getByLabel('Name of the club').fill('Teapots');
  await studio.getByLabel(/^Levels/).fill('0, 9, 5');
  await studio.getByRole('button', { name: 'Save the rules' }).click();
  await studio.getByText(/^Levels begin at 0 points and rise/).waitFor();
  await studio.getByLabel(/^Levels/).fill('0, 5, 9');
  await studio.getByLabel('Name of the club').scrollIntoViewIfNeeded();
  await looksRight(studio, 'club-rules-desktop-en');
  await studio.getByRole('button', { name: 'Save the rules' }).click();
  await studio.getByRole('button', { name: 'Change the rules' }).waitFor();
  await all((page) => club(page).waitFor());
});

test('three join, each in their own way', async () => {
  await press(ann, club(ann));
  await dialog(ann).getByText('You are not a member yet').waitFor();
  await looksRight(ann, 'club-new-phone-en');
  await pressIn(ann, 'Join the fan club');
  await dialog(ann).getByText('Level 1', { exact: true }).waitFor();
  await press(bob, club(bob));
  await looksRight(bob, 'club-new-phone-zh');
  await pressIn(bob, '加入粉丝团');
  await dialog(bob).getByText('1 级', { exact: true }).waitFor();
  await press(cat, club(cat));
  await pressIn(cat, 'Join the fan club');
  await dialog(cat).getByText('Level 1', { exact: true }).waitFor();
  await studio.getByText('members', { exact: true }).locator('..').getByText('3', { exact: true }).waitFor();
});

test('checking in counts once a day, earns points, and the level rises before everybody', async () => {
  await pressIn(ann, 'Check in for today');
  await ann.getByText('You are level 2!').waitFor();
  await bob.getByText('Ann 升到了 2 级').waitFor();
  await dialog(ann).getByText('Level 2', { exact: true }).waitFor();
  await dialog(ann).getByText('5 points · 4 to the next level').waitFor();
  await dialog(ann).getByText('1 day in a row').waitFor();
  await looksRight(ann, 'club-checked-in-phone-en');
  await pressIn(bob, '今日签到');
  await dialog(bob).getByText('已连续 1 天').waitFor();
  await looksRight(bob, 'club-checked-in-phone-zh');
  await pressIn(cat, 'Check in for today');
  await dialog(cat).getByText('1 day in a row').waitFor();
  // The day counts once, and is remembered.
  await ann.reload();
  await press(ann, ann.getByRole('button', { name: 'Fan club', exact: true }));
  assert.ok(await dialog(ann).getByRole('button', { name: 'Checked in for today' }).isDisabled());
  await all(close);
});

test('tasks earn points: saying something, and asking what is answered', async () => {
  await say(bob, '这把壶能用洗碗机吗？');
  await studio.getByText('这把壶能用洗碗机吗？').first().waitFor();
  await studio.getByRole('button', { name: /^Write/ }).first().click();
  await studio.getByRole('textbox', { name: 'Write the answer' }).fill('Yes, it can.');
  await studio.getByRole('button', { name: 'Send' }).click();
  await bob.getByText('你升到了 3 级！').waitFor();
  await say(ann, 'I use mine every morning');
  await press(ann, club(ann));
  await dialog(ann).getByText('7 points · 2 to the next level').waitFor();
  await press(bob, club(bob));
  await dialog(bob).getByText('12 分 · 已是最高级').waitFor();
  await looksRight(bob, 'club-top-phone-zh');
  await all((page) => (page === cat ? undefined : close(page)));
  // The level stands beside the name.
  await cat.getByRole('listitem').filter({ hasText: 'I use mine every morning' }).getByText('Fan club level 2').waitFor();
});

test('who leaves the club finds the points again', async () => {
  await press(cat, club(cat));
  await pressIn(cat, 'Leave the fan club');
  await dialog(cat).getByText('You are not a member yet').waitFor();
  await pressIn(cat, 'Come back to the fan club');
  await dialog(cat).getByText('5 points · 4 to the next level').waitFor();
  await close(cat);
});

test('a sprint of likes reaches its goal, and everybody sees it', async () => {
  await studio.getByLabel('Likes wanted').fill('12');
  await studio.getByLabel('What everybody gets').fill('Free shipping tonight');
  await studio.getByRole('button', { name: 'Start the sprint' }).click();
  const sprint = (page) => page.getByRole('region', { name: /Like sprint|点赞冲刺/ });
  await all((page) => sprint(page).getByText('Free shipping tonight').waitFor());
  const like = (page) => page.getByRole('button', { name: /^(Like|点赞)$/ });
  for (let n = 0; n < 5; n++) await like(ann).tap();
  await sprint(bob).getByText('5 / 12').waitFor();
  await looksRight(ann, 'sprint-phone-en');
  await looksRight(bob, 'sprint-phone-zh');
  await looksRight(studio, 'sprint-desktop-en');
  for (let n = 0; n < 4; n++) await like(bob).tap();
  await tabTo(cat, like(cat));
  for (let n = 0; n < 4; n++) await cat.keyboard.press('Enter');
  await all((page) => sprint(page).getByText(/Goal reached: Free shipping tonight|目标达成：Free shipping tonight/).waitFor());
  await looksRight(bob, 'sprint-reached-phone-zh');
  await studio.getByText('Last one: reached with 13 likes of 3 people.').waitFor();
});

test('the friend has stayed a minute: whose link it was is credited, and staff see what came of it', async () => {
  const control = await studio.context().newPage();
  await control.goto(`${server.base}/control/${ROOM}?lang=zh`);
  await control.getByRole('tab', { name: '粉丝团' }).click();
  const bringers = control.getByRole('listitem').filter({ hasText: 'Cat' });
  await Promise.all([bringers, cat.getByText('You are level 3!')].map((it) => it.waitFor({ timeout: 70_000 })));
  await press(cat, cat.getByRole('button', { name: 'Share', exact: true }));
  await dialog(cat).getByText('You brought 1 person').waitFor();
  await dialog(cat).getByText('Each brings you 20 points.').waitFor();
  await looksRight(cat, 'share-brought-phone-en');
  await close(cat);
  const section = control.locator('section').filter({ has: control.getByRole('heading', { name: 'Teapots' }) });
  await section.getByText('已达成').waitFor();
  await looksRight(control, 'club-control-desktop-zh');
});
