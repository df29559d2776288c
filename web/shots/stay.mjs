// Takes pictures of the stage, of calls with an adviser, of the fan club and of a sprint of likes, from a running demo that
// it fills with people first. How it is run stands in party.mjs.
import { DESK, end, guest, PHONE, room, staff, stay, take, WAIT } from './party.mjs';

const host = await staff('host');
const operator = await staff('operator');
const SAY = {
  en: {
    names: ['Anna', 'Ben', 'Chloe', 'Dev', 'Emil'],
    notes: ['', '', 'I have used mine for ten years', 'My grandmother made tea like this', ''],
    topics: ['The lid of mine arrived cracked. Phone 555 0199', 'Do you engrave names? Mail dev@example.com'],
    club: 'Tea friends',
    reward: 'Free shipping for everybody tonight',
    words: ['Hello everybody', 'What a lovely pan', 'I cook with mine every day'],
    ask: 'Ask an adviser',
    about: 'Which size for four people? Phone 555 0142',
    fill: 'What it is about, and how to reach you',
  },
  zh: {
    names: ['安安', '小北', '晨晨', '阿德', '米米'],
    notes: ['', '', '我用了十年啦', '外婆以前也这样煮茶', ''],
    topics: ['收到的壶盖有裂纹，电话 555 0199', '可以刻名字吗？邮箱 dev@example.com'],
    club: '茶友团',
    reward: '今晚全场包邮',
    words: ['大家好', '这口锅真好看', '我天天用'],
    ask: '咨询顾问',
    about: '四个人用多大的合适？电话 555 0142',
    fill: '想咨询什么，怎么联系你',
  },
};
const TASKS = { comment: 2, answered: 5, 'check-in': 5, streak: 30, brought: 20, watched: 5, order: 10 };

const seat = (who, act) => who.ask({ kind: 'seat', ...act });
const club = (who, act) => who.ask({ kind: 'club', ...act });
const viewer = { path: `/r/${room}`, size: PHONE };
const playing = (page) => page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 1, null, WAIT);
const opened = (name) => async (page) => {
  await playing(page);
  await page.locator(name).first().click();
  await page.waitForSelector('[role=dialog]', WAIT);
};
const shown = (selector) => async (page) => {
  await page.waitForSelector(selector, WAIT);
  await page.locator(selector).first().scrollIntoViewIfNeeded();
};

/** What lies behind the name of a panel. */
const behind = (name, selector) => async (page) => {
  await page.locator(name).click(WAIT);
  await shown(selector)(page);
};

for (const lang of ['en', 'zh']) {
  const say = SAY[lang];
  const guests = await Promise.all(say.names.map(guest));
  const [anna, ben, chloe, dev, emil] = guests;
  const me = await guest(lang === 'zh' ? '小满' : 'Robin');
  await stay([...guests, me]);

  // The stage: one is on it, one is invited, the others wait.
  await seat(host, { do: 'open-stage', seats: 3, who: 'everybody' });
  await take('stage-ask-phone', { ...viewer, lang, as: me, ready: opened('.chips .chip:has-text("stage"), .chips .chip:has-text("上台")') });
  for (const [at, it] of guests.entries()) await seat(it, { do: 'ask-for-stage', note: say.notes[at] || null });
  await seat(me, { do: 'ask-for-stage', note: null });
  await seat(host, { do: 'invite', person: anna.person });
  await seat(anna, { do: 'accept-seat' });
  await take('stage-phone', {
    ...viewer,
    lang,
    as: me,
    ready: async (page) => {
      await playing(page);
      await seat(host, { do: 'invite', person: me.person });
      await page.waitForSelector('[role=dialog] .ring', WAIT);
    },
  });
  await seat(host, { do: 'decline', person: me.person });
  for (const [name, size] of [['stage-desktop', DESK], ['stage-studio-phone', PHONE]]) {
    await take(name, {
      path: `/studio/${room}`,
      size,
      lang,
      as: host,
      ready: async (page) => {
        await page.waitForSelector('.audience .acts', WAIT);
        await seat(host, { do: 'invite', person: ben.person });
        await page.waitForSelector('.audience .clock', WAIT);
        const panel = page.locator('.audience section').filter({ has: page.locator('.clock') });
        await panel.evaluate((it) => it.scrollIntoView({ block: 'start' }));
      },
    });
    await seat(host, { do: 'decline', person: ben.person });
    await seat(ben, { do: 'ask-for-stage', note: null });
  }
  await seat(host, { do: 'invite', person: chloe.person });
  await seat(chloe, { do: 'accept-seat' });
  await take('stage-viewer-desktop', { ...viewer, size: DESK, lang, as: me, ready: playing });
  await seat(host, { do: 'close-stage' });

  // Calls: one is taken, one waits, and a viewer writes another.
  await seat(operator, { do: 'open-calls', promise_min: 30 });
  await seat(ben, { do: 'ask-for-call', topic: say.topics[0], item: null });
  await seat(dev, { do: 'ask-for-call', topic: say.topics[1], item: null });
  await seat(operator, { do: 'take-call', person: ben.person });
  await take('call-phone', {
    ...viewer,
    lang,
    as: me,
    ready: async (page) => {
      await opened('.bar .bag')(page);
      await page.getByRole('button', { name: say.ask }).click();
      await page.getByLabel(say.fill).fill(say.about);
    },
  });
  await take('calls-desktop', { path: `/control/${room}`, size: DESK, lang, as: operator, ready: behind('#tab-calls', '.topic') });
  await seat(operator, { do: 'call-done', person: ben.person, outcome: 'helped' });
  await seat(operator, { do: 'close-calls' });

  // The club and its sprint.
  await club(host, { do: 'set-club', name: say.club, levels: [0, 5, 12, 150, 400], tasks: TASKS });
  for (const it of [anna, ben, chloe, me]) await club(it, { do: 'join' });
  for (const it of [anna, chloe, me]) await club(it, { do: 'check-in' });
  await club(anna, { do: 'share' });
  for (const [at, it] of [anna, chloe, me].entries()) await it.ask({ kind: 'say', text: say.words[at] });
  await take('club-phone', { ...viewer, lang, as: me, ready: opened('.round') });
  await club(host, { do: 'open-sprint', goal: 200, lasts_ms: 600_000, reward: say.reward });
  await stay([anna, chloe], 41);
  await take('club-desktop', { ...viewer, size: DESK, lang, as: emil, ready: opened('.round') });
  await take('sprint-phone', { ...viewer, lang, as: me, ready: async (page) => (await playing(page), await page.waitForSelector('.sprint', WAIT)) });
  await take('club-control-desktop', { path: `/control/${room}`, size: DESK, lang, as: operator, ready: behind('#tab-club', '.sprint') });
  await club(host, { do: 'close-sprint' });
}
await end();
