// Coming on stage and calls with an adviser, by a host and three viewers on phones: one taps in English, one in Chinese,
// one has only a keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { COLOURS, comeAs, looksRight, moves, openHouse, picture, sounds, startBrowser, startServer, tabTo, until } from './house.mjs';

const ROOM = 'stage';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5, ...COLOURS };
const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-US', ...COLOURS, permissions: ['camera', 'microphone'] };
const ITEM = { id: 7, title: 'Blue teapot', seller: 'Story shop', image: '', price: { minor: 2900, currency: 'CNY' } };
const SECRET = '想给妈妈挑一个，电话 555 0100';

let server, browser, studio, staff, control, ann, bob, cat;

before(async () => {
  server = await startServer('--hold-out', '0');
  // Four pages show the picture all the time: a slow camera leaves the machine to the story.
  browser = await startBrowser('--use-fake-device-for-media-stream=fps=10');
});

after(async () => {
  await browser?.close();
  await server?.forget();
});

const dialog = (page) => page.getByRole('dialog');
const chip = (page, name) => page.locator('.chips').getByRole('button', { name });
const onStage = (page, lang = 'en') => page.getByRole('region', { name: lang === 'zh' ? '台上' : 'On stage' });
const all = (act) => Promise.all([ann, bob, cat].map(act));

/** A tap, or for who has no pointer the keyboard alone. */
async function press(page, button) {
  if (page !== cat) return button.tap();
  await tabTo(page, button);
  await page.keyboard.press('Enter');
}
const pressIn = (page, name) => press(page, dialog(page).getByRole('button', { name, exact: true }));

const come = (locale, name) => comeAs(browser, `${server.base}/r/${ROOM}`, name, { ...PHONE, locale });

test('a host goes on air, and three viewers see and hear it', async () => {
  const context = await browser.newContext(DESK);
  ({ page: studio, staff } = await openHouse(server, context, ROOM, 'Tea evening'));
  await staff('POST', '/api/catalogue', { products: [ITEM] });
  await staff('POST', `/api/rooms/${ROOM}/ask`, { kind: 'list-item', item: ITEM.id });
  await studio.goto(`${server.base}/studio/${ROOM}`);
  await studio.getByRole('button', { name: 'Open camera and microphone' }).click();
  await studio.getByRole('button', { name: /^Go live/ }).click();
  await studio.getByRole('button', { name: /^End show/ }).waitFor();
  [ann, bob, cat] = await Promise.all([come('en-US', 'Ann'), come('zh-CN', 'Bo'), come('en-US', 'Cat')]);
  await all((page) => moves(page, 'the picture'));
  await all((page) => sounds(page, 'the show'));
});

test('the host opens the stage, and viewers ask for it in their own way', async () => {
  assert.equal(await chip(ann, 'Join the stage').count(), 0, 'nobody is led to a closed stage');
  await studio.getByLabel('Seats', { exact: true }).fill('1');
  await studio.getByRole('button', { name: 'Open the stage' }).click();
  await press(ann, chip(ann, 'Join the stage'));
  await dialog(ann).getByText('Camera and microphone stay off. You speak in the talk.').waitFor();
  await looksRight(ann, 'stage-ask-phone-en');
  await dialog(ann).getByLabel(/A few words for the host/).fill('Mine is ten years old');
  await pressIn(ann, 'Ask to come on stage');
  await dialog(ann).getByText('You are number 1 in the line').waitFor();

  await press(bob, chip(bob, '上台互动'));
  await dialog(bob).getByText('空位 1 个，1 人在排队。').waitFor();
  await picture(bob, 'stage-ask-phone-zh');
  await pressIn(bob, '申请上台');
  await dialog(bob).getByText('你排在第 2 位').waitFor();
  await looksRight(bob, 'stage-waits-phone-zh');

  await press(cat, chip(cat, 'Join the stage'));
  await pressIn(cat, 'Ask to come on stage');
  await dialog(cat).getByText('You are number 3 in the line').waitFor();
  await studio.getByText('3 people wait').waitFor();
  await studio.getByText('Mine is ten years old').waitFor();
  await looksRight(studio, 'stage-line-desktop-en');
});

test('the host invites by a key; the guest comes on stage, and everybody sees it', async () => {
  await studio.keyboard.press('a');
  await dialog(ann).getByText('Mei invites you on stage').waitFor();
  await dialog(ann).getByText(/^0:[0-3]\d$/).waitFor();
  await looksRight(ann, 'stage-invited-phone-en');
  await pressIn(ann, 'Come on stage');
  await dialog(ann).getByText('You are on stage').waitFor();
  await pressIn(ann, 'Back to the show');
  await onStage(ann).getByText('You').waitFor();
  await ann.keyboard.press('Escape');
  await pressIn(bob, '回到直播');
  await onStage(bob, 'zh').getByText('Ann').waitFor();
  await chip(bob, '上台：第 1 位').waitFor();
  await cat.keyboard.press('Escape');
  await onStage(cat).getByText('Ann').waitFor();
  await picture(cat, 'stage-guest-phone-en');
  await looksRight(bob, 'stage-guest-phone-zh');
  // The guest speaks in the talk, and the show goes on for everybody.
  const words = ann.getByRole('textbox', { name: 'Say something' });
  await words.fill('It pours better than any other');
  await words.press('Enter');
  await all((page) => page.getByText('It pours better than any other').first().waitFor());
  await all((page) => moves(page, 'the picture'));
});

test('a request is turned down kindly, and the line moves up', async () => {
  await chip(cat, 'Stage: number 2').waitFor();
  await studio.keyboard.press('Shift+A');
  await chip(cat, 'Stage: number 1').waitFor();
  await press(bob, chip(bob, '上台互动'));
  await dialog(bob).getByText('这次没排上，可以再申请。').waitFor();
  await picture(bob, 'stage-declined-phone-zh');
  await bob.keyboard.press('Escape');
});

test('the guest leaves, the next one comes by keyboard alone, and the host ends it with thanks', async () => {
  await press(ann, chip(ann, 'You are on stage'));
  await pressIn(ann, 'Leave the stage');
  await dialog(ann).getByRole('button', { name: 'Ask to come on stage' }).waitFor();
  await ann.keyboard.press('Escape');
  await onStage(bob, 'zh').waitFor({ state: 'detached' });
  await studio.keyboard.press('a');
  // The invitation opens by itself.
  await pressIn(cat, 'Come on stage');
  await onStage(ann).getByText('Cat').waitFor();
  await studio.keyboard.press('x');
  await dialog(cat).getByText('The host has ended your time on stage. Thank you for joining in.').waitFor();
  await onStage(ann).waitFor({ state: 'detached' });
  await cat.keyboard.press('Escape');
  await studio.getByRole('button', { name: 'Close the stage' }).click();
  await until('nobody is led to the stage', async () => (await chip(ann, 'Join the stage').count()) + (await chip(bob, '上台互动').count()) === 0);
});

test('a call with an adviser is asked for, taken and ended, and only staff read what it is about', async () => {
  const told = [];
  ann.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => told.push(payload)));
  await ann.reload();
  await ann.getByRole('textbox', { name: 'Say something' }).waitFor();
  control = await studio.context().newPage();
  await control.goto(`${server.base}/control/${ROOM}?lang=zh`);
  await control.getByRole('tab', { name: '咨询' }).click();
  await control.getByLabel(/承诺多少分钟内联系/).fill('15');
  await control.getByRole('button', { name: '开放咨询' }).click();
  await press(bob, bob.getByRole('button', { name: /^购物袋/ }));
  await pressIn(bob, '咨询顾问');
  await dialog(bob).getByText('我们会在 15 分钟内联系你。').waitFor();
  await dialog(bob).getByLabel('想咨询什么，怎么联系你').fill(SECRET);
  await looksRight(bob, 'call-ask-phone-zh');
  await pressIn(bob, '申请回电');
  await dialog(bob).getByText('你的申请排在第 1 位').waitFor();
  await picture(bob, 'call-waits-phone-zh');
  const desk = control.getByRole('region', { name: '一对一咨询' });
  await desk.getByText(SECRET).waitFor();
  await looksRight(control, 'call-waits-desktop-zh');
  await desk.getByRole('button', { name: '我来接' }).press('Enter');
  await dialog(bob).getByText('已有顾问接了你的申请').waitFor();
  await picture(bob, 'call-taken-phone-zh');
  await desk.getByRole('button', { name: '已解决' }).press('Enter');
  await dialog(bob).getByText('咨询已完成，谢谢。').waitFor();
  // What is told to everybody after it has reached her too, so she was told all that she will be.
  const thanks = bob.getByRole('textbox', { name: '说点什么' });
  await bob.keyboard.press('Escape');
  await thanks.fill('谢谢顾问');
  await thanks.press('Enter');
  await ann.getByText('谢谢顾问').first().waitFor();
  assert.ok(!told.some((frame) => frame.includes('555 0100')), 'no other viewer was told');
});

test('where nobody is free, the person is told so', async () => {
  await press(cat, cat.getByRole('button', { name: /^Bag/ }));
  await pressIn(cat, 'Ask an adviser');
  await tabTo(cat, dialog(cat).getByLabel('What it is about, and how to reach you'));
  await cat.keyboard.type('Which one for four people? cat@example.org');
  await pressIn(cat, 'Ask for a call');
  await dialog(cat).getByText('Your request is number 1').waitFor();
  const desk = control.getByRole('region', { name: '一对一咨询' });
  await desk.getByRole('button', { name: '婉拒' }).click();
  await desk.getByRole('button', { name: '没有人手' }).click();
  await dialog(cat).getByText('No adviser is free right now. Please ask again later.').waitFor();
  await looksRight(cat, 'call-nobody-free-phone-en');
  await desk.getByText('申请 2 次，接单 1 次。').waitFor();
});
