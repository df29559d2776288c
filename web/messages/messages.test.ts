// Every sentence is there in both languages, and every sentence that is asked for is there at all.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fill } from '../kit/fill';
import careEn from './care.en.json';
import careZh from './care.zh.json';
import clubEn from './club.en.json';
import clubZh from './club.zh.json';
import dataEn from './data.en.json';
import dataZh from './data.zh.json';
import baseEn from './en.json';
import loopEn from './loop.en.json';
import loopZh from './loop.zh.json';
import playEn from './play.en.json';
import playZh from './play.zh.json';
import rulesEn from './rules.en.json';
import rulesZh from './rules.zh.json';
import experimentsEn from './experiments.en.json';
import experimentsZh from './experiments.zh.json';
import saleEn from './sale.en.json';
import saleZh from './sale.zh.json';
import shopEn from './shop.en.json';
import shopZh from './shop.zh.json';
import baseZh from './zh.json';

const web = resolve(import.meta.dirname, '..');
const [en, zh] = [
  { ...baseEn, ...dataEn, ...playEn, ...clubEn, ...experimentsEn, ...rulesEn, ...shopEn, ...saleEn, ...careEn, ...loopEn },
  { ...baseZh, ...dataZh, ...playZh, ...clubZh, ...experimentsZh, ...rulesZh, ...shopZh, ...saleZh, ...careZh, ...loopZh },
];
const books: Record<string, Record<string, Record<string, string>>> = { en, zh };

function keys(book: Record<string, Record<string, string>>): string[] {
  return Object.entries(book).flatMap(([area, words]) => Object.keys(words).map((name) => `${area}.${name}`)).sort();
}

function sources(folder: string): string[] {
  return readdirSync(join(web, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(web, folder, name), 'utf8'));
}

const code = ['kit', 'viewer', 'studio', 'control', 'door'].flatMap(sources).join('\n');
const asked = new Set(
  Array.from(code.matchAll(/['"]((?:common|viewer|studio|control|review|data|play|host|door|code|club|experiments|rules|shop|sale|care|campaigns|findings|loop|tele|wall|keys|latency|group)\.[a-zA-Z0-9-]+)['"]/g), (it) => it[1]!),
);
/** Areas of single words for what the server names. */
const DATA_WORDS = [
  'question', 'questionSays', 'touch', 'period', 'property', 'order', 'lifeStage', 'kpi', 'kpiSays', 'mood', 'alarmKind', 'topic', 'hookState', 'tryOutcome', 'score', 'stage', 'content', 'condition', 'segment',
  'ruleScope', 'ruleCohort', 'ruleIs', 'ruleAct', 'ruleField', 'ruleMetric', 'ruleProblem', 'ruleUnit',
];
/** Figures of rules in words; those of conditions are `ruleMetric`. */
const LOOP_WORDS = ['sign'];
const EXPERIMENT_WORDS = ['expVerdict', 'expNote', 'expStatus', 'expUnit', 'expCounted', 'expPlace', 'expKind', 'expMove', 'expMetric'];
const SHOP_WORDS = ['shelfTab', 'mediaKind', 'sellerField', 'returnException', 'priceBasis', 'stockReason', 'priceSource', 'shopName', 'shopNote'];
const CARE_WORDS = [
  'careStage', 'careSays', 'careReason', 'careReturn', 'careTopic', 'careRefund', 'careRefundState', 'careException', 'careAuto', 'careStep', 'careNext', 'careStaffNext', 'careQueue', 'careQueueSays', 'careQueueEmpty',
  'campaignKind', 'campaignStep', 'campaignStepName', 'campaignDoes', 'campaignState', 'campaignOpen', 'campaignStacks', 'campaignEvery', 'campaignTimes', 'findingName', 'findingMeans', 'findingDo',
];
const blanks = (sentence: string) => Array.from(sentence.matchAll(/\{(\w+)/g), (it) => it[1]!).sort().join();

describe('the sentences', () => {
  test('are the same in English and Chinese', () => {
    expect(keys(zh)).toEqual(keys(en));
  });

  test('leave the same blanks in both languages', () => {
    for (const key of keys(en)) {
      const dot = key.indexOf('.');
      const [area, name] = [key.slice(0, dot), key.slice(dot + 1)];
      const [one, other] = [books.en![area]![name]!, books.zh![area]![name]!];
      expect(one.trim() && other.trim(), key).toBeTruthy();
      const distinct = (it: string) => [...new Set(blanks(it).split(','))].join();
      expect(distinct(other), key).toBe(distinct(one));
    }
  });

  test('that a page asks for are all there', () => {
    expect(asked.size).toBeGreaterThan(200);
    const known = new Set(keys(en));
    expect([...asked].filter((key) => !known.has(key))).toEqual([]);
  });

  test('are all asked for by some page', () => {
    const byName = ['code', 'rule', 'part', 'cause', 'step', 'figure', 'symptom', 'report', 'mail', 'game', 'clubTask', 'clubState', 'saleException', ...DATA_WORDS, ...SHOP_WORDS, ...CARE_WORDS, ...EXPERIMENT_WORDS, ...LOOP_WORDS];
    expect(keys(en).filter((key) => !asked.has(key) && !byName.includes(key.split('.')[0]!))).toEqual([]);
  });

  test('cover every refusal of the room', () => {
    const refusals = readFileSync(resolve(web, '../crates/linger-protocol/src/refusal.rs'), 'utf8');
    const codes = Array.from(refusals.matchAll(/=>? "([a-z-]+)"/g), (it) => it[1]!);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((it) => !(it in en.code))).toEqual([]);
  });

  test('cover every code that the edge answers with', () => {
    const folder = resolve(web, '../crates/linger-web/src');
    const rust = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
    const text = rust.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    const said = /ApiError::(?:new\([^")]*,\s*|field\(|unauthorized\(|not_found\()"([a-z-]+)"/g;
    const codes = new Set(Array.from(text.matchAll(said), (it) => it[1]!));
    expect(codes.size).toBeGreaterThan(10);
    expect([...codes].filter((it) => !(it in en.code))).toEqual([]);
  });

  test('name every cause, figure and symptom that a review may tell', () => {
    const folder = resolve(web, '../crates/linger-insight/src/review');
    const text = ['cause.rs', 'finding.rs'].map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    const all = (pattern: RegExp) => Array.from(text.matchAll(pattern), (it) => it[1]!);
    const causes = [...all(/Cause::\w+(?: \{ \.\. \})? => "([a-z-]+)"/g), ...all(/told\(\s*"([a-z-]+)"/g)];
    expect(causes.length).toBeGreaterThan(12);
    for (const name of causes) expect(name in en.cause && name in en.step, name).toBe(true);
    const figures = [...all(/figure\("([a-z0-9-]+)"/g), ...all(/what: "([a-z0-9-]+)"/g), ...all(/told\(\s*"[a-z-]+",\s*"([a-z0-9-]+)"/g)];
    expect(figures.length).toBeGreaterThan(20);
    expect(figures.filter((name) => !(name in en.figure))).toEqual([]);
    expect(all(/Symptom::\w+ => "([a-z-]+)"/g).filter((name) => !(name in en.symptom))).toEqual([]);
  });

  test('say every figure that a rule may name', () => {
    const text = readFileSync(resolve(web, '../crates/linger-strategy/src/rule/metric.rs'), 'utf8');
    const metrics = Array.from(text.matchAll(/^ {12}\w+ => "([a-z_]+)",$/gm), (it) => it[1]!).filter((it) => !it.includes(' '));
    const named = metrics.filter((it) => it in en.ruleMetric);
    expect(named.length).toBeGreaterThan(20);
    expect(named.sort()).toEqual(Object.keys(en.sign).sort());
  });

  test('name every difference between rooms and providers, what it means and what to do', () => {
    const text = readFileSync(resolve(web, '../crates/linger-outlet/src/reconcile.rs'), 'utf8');
    const kinds = Array.from(text.matchAll(/DifferenceKind::\w+ => "([a-z-]+)"/g), (it) => it[1]!).sort();
    expect(kinds.length).toBeGreaterThan(8);
    for (const area of ['findingName', 'findingMeans', 'findingDo']) expect(Object.keys(books.en![area]!).sort(), area).toEqual(kinds);
  });

  test('name every word that is told of an order after the sale', () => {
    const read = (name: string) => readFileSync(resolve(web, '../crates', name), 'utf8');
    const words = (name: string, type: string) => Array.from(read(name).matchAll(new RegExp(`${type}::\\w+(?: \\{ \\.\\. \\})? => "([a-z-]+)"`, 'g')), (it) => it[1]!);
    for (const [area, file, type, least] of [
      ['careStage', 'linger-protocol/src/care.rs', 'OrderStage', 9],
      ['careSays', 'linger-protocol/src/care.rs', 'OrderStage', 9],
      ['careAuto', 'linger-protocol/src/care.rs', 'OrderStage', 9],
      ['careReason', 'linger-protocol/src/care.rs', 'ReturnReason', 6],
      ['careTopic', 'linger-protocol/src/care.rs', 'TicketTopic', 6],
      ['careReturn', 'linger-room/src/care/returns.rs', 'ReturnState', 7],
      ['careStaffNext', 'linger-room/src/care/returns.rs', 'ReturnState', 7],
      ['careException', 'linger-protocol/src/shop.rs', 'ReturnException', 7],
      ['campaignKind', 'linger-protocol/src/coupon.rs', 'CouponKind', 7],
    ] as const) {
      const found = words(file, type);
      expect(found.length, type).toBeGreaterThanOrEqual(least);
      expect(found.filter((word) => !(word in books.en![area]!)), area).toEqual([]);
    }
  });

  test('name everything that a report of an experiment may say', () => {
    const folder = resolve(web, '../crates/linger-strategy/src/experiment/report');
    const text = ['judge.rs', 'told.rs'].map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    const all = (pattern: RegExp) => Array.from(text.matchAll(pattern), (it) => it[1]!);
    const said = [...all(/Saying::of\("([a-z-]+)"\)/g), ...all(/answer\.code = "([a-z-]+)"/g), ...all(/=> "([a-z-]+)",/g).filter((it) => it.includes('-'))];
    expect(said.length).toBeGreaterThan(10);
    expect(said.filter((it) => !(it in en.expVerdict))).toEqual([]);
    const notes = all(/^ +\("([a-z-]+)", /gm);
    expect(notes.length).toBeGreaterThan(8);
    expect(notes.filter((it) => !(it in en.expNote))).toEqual([]);
  });

  test('are filled in by the rules of the language', () => {
    expect(fill('{n|1 person|# people}', { n: 1 }, 'en')).toBe('1 person');
    expect(fill('{n|1 person|# people}', { n: 1200 }, 'en')).toBe('1,200 people');
    expect(fill('{n} 人', { n: 3 }, 'zh-CN')).toBe('3 人');
    expect(fill('{missing}', {}, 'en')).toBe('{missing}');
  });
});
