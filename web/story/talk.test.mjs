// Around the talk, by touch on a phone and by keyboard at a desk: a gift that is paid, a picture that a moderator lets
// through, a reply, a topic with a featured comment, a photo that is chosen. In English and in Chinese.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBrowser, startDemo } from './house.mjs';

const WAIT = { timeout: 30_000 };
const WORDS = {
  en: { gifts: 'Gifts', give: /^Give and pay/, given: 'Given. Thank you!', add: 'Add a picture', mine: 'Your picture', send: 'Send', allow: 'Let through', wall: 'Photos from you', offer: 'Offer it to the host', choose: 'Put on the wall', end: 'End the topic' },
  zh: { gifts: '礼物', give: /^赠送并付款/, given: '已送出，谢谢你！', add: '添加图片', mine: '你的图片', send: '发送', allow: '放行', wall: '你们的照片', offer: '投给主播', choose: '上墙', end: '结束话题' },
};

test('gifts, pictures, replies, a topic and photos, by touch and by keyboard, in both languages', { timeout: 240_000 }, async (story) => {
  const demo = await startDemo();
  const browser = await startBrowser();
  story.after(async () => {
    await browser.close();
    await demo.forget();
  });
  for (const [lang, say] of Object.entries(WORDS)) {
    const locale = lang === 'zh' ? 'zh-CN' : 'en-GB';
    const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, locale });
    const desk = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
    const [page, studio] = [await phone.newPage(), await desk.newPage()];
    await studio.goto(demo.links['sign in as the host'].replace('/sign-in?', `/sign-in?lang=${lang}&`));
    await studio.waitForURL(/\/studio\//, WAIT);
    await page.goto(`${demo.links.viewer}?lang=${lang}`);
    const words = page.locator('form input:not(.sr)');
    await words.waitFor(WAIT);
    const heard = (text) => page.locator('.said li', { hasText: text }).waitFor(WAIT);

    // A gift, by touch.
    await page.getByRole('button', { name: say.gifts, exact: true }).tap();
    await page.locator('.kind').nth(1).tap();
    await page.getByRole('button', { name: say.give }).tap();
    await page.getByText(say.given).waitFor(WAIT);
    await page.keyboard.press('Escape');
    await page.locator('.gifts p').waitFor(WAIT);

    // A picture waits until the host lets it through; the host needs no mouse for that.
    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 120 } });
    const file = { name: 'shelf.png', mimeType: 'image/png', buffer: picture };
    await page.locator('form input[type=file]').setInputFiles(file);
    await page.getByAltText(say.mine).waitFor(WAIT);
    await words.fill(`look ${lang}`);
    await page.getByRole('button', { name: say.send, exact: true }).tap();
    const allow = studio.getByRole('button', { name: say.allow, exact: true });
    await allow.waitFor(WAIT);
    assert.equal(await page.locator('.said li', { hasText: `look ${lang}` }).count(), 0, 'nobody sees it yet');
    await allow.focus();
    await studio.keyboard.press('Enter');
    await heard(`look ${lang}`);
    await page.waitForFunction(() => [...document.querySelectorAll('.said li img')].some((it) => it.naturalWidth > 0), null, WAIT);

    // A topic, and a comment above the talk with one press.
    await studio.locator('form input[maxlength="120"]').last().fill(`topic ${lang}`);
    await studio.keyboard.press('Enter');
    await page.locator('.above .topic', { hasText: `topic ${lang}` }).waitFor(WAIT);
    await studio.locator('li', { hasText: `look ${lang}` }).locator('button[aria-pressed=false]').press('Enter');
    await page.locator('.above .featured', { hasText: `look ${lang}` }).waitFor(WAIT);

    // With the topic, what stood under it goes.
    await studio.getByRole('button', { name: say.end }).press('Enter');
    await page.locator('.above .featured').waitFor({ ...WAIT, state: 'detached' });

    // A photo for the wall, offered by touch and chosen by keyboard.
    await page.getByRole('button', { name: say.wall, exact: true }).tap();
    await page.locator('[role=dialog] input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: say.offer, exact: true }).tap();
    const choose = studio.getByRole('button', { name: say.choose, exact: true });
    await choose.waitFor(WAIT);
    await choose.press('Enter');
    await page.locator('[role=dialog] li img').first().waitFor(WAIT);
    await page.keyboard.press('Escape');
    await phone.close();
    await desk.close();
  }
});
