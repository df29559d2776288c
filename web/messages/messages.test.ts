// Every sentence is there in both languages, and every sentence that is asked for is there at all.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fill } from '../kit/fill';
import clubEn from './club.en.json';
import clubZh from './club.zh.json';
import dataEn from './data.en.json';
import dataZh from './data.zh.json';
import baseEn from './en.json';
import playEn from './play.en.json';
import playZh from './play.zh.json';
import saleEn from './sale.en.json';
import saleZh from './sale.zh.json';
import shopEn from './shop.en.json';
import shopZh from './shop.zh.json';
import baseZh from './zh.json';

const web = resolve(import.meta.dirname, '..');
const [en, zh] = [
  { ...baseEn, ...dataEn, ...playEn, ...clubEn, ...shopEn, ...saleEn },
  { ...baseZh, ...dataZh, ...playZh, ...clubZh, ...shopZh, ...saleZh },
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
  Array.from(code.matchAll(/['"]((?:common|viewer|studio|control|review|data|play|host|door|code|club|shop|sale)\.[a-zA-Z0-9-]+)['"]/g), (it) => it[1]!),
);
/** Areas of single words for what the server names. */
const DATA_WORDS = [
  'question', 'questionSays', 'touch', 'period', 'property', 'order', 'lifeStage', 'kpi', 'kpiSays', 'mood', 'alarmKind', 'topic', 'hookState', 'tryOutcome', 'score', 'stage', 'content', 'condition', 'segment',
];
const SHOP_WORDS = ['shelfTab', 'mediaKind', 'sellerField', 'returnException', 'priceBasis', 'stockReason', 'priceSource', 'shopName', 'shopNote'];
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
    const byName = ['code', 'rule', 'part', 'cause', 'step', 'figure', 'symptom', 'report', 'mail', 'game', 'clubTask', 'clubState', 'saleException', ...DATA_WORDS, ...SHOP_WORDS];
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

  test('are filled in by the rules of the language', () => {
    expect(fill('{n|1 person|# people}', { n: 1 }, 'en')).toBe('1 person');
    expect(fill('{n|1 person|# people}', { n: 1200 }, 'en')).toBe('1,200 people');
    expect(fill('{n} 人', { n: 3 }, 'zh-CN')).toBe('3 人');
    expect(fill('{missing}', {}, 'en')).toBe('{missing}');
  });
});
