// Which language the page speaks, and how a sentence is found and filled in. Knows no sentence: pages bring theirs from
// web/messages.
import type Care from '../messages/care.en.json';
import type Club from '../messages/club.en.json';
import type Data from '../messages/data.en.json';
import type Experiments from '../messages/experiments.en.json';
import type Loop from '../messages/loop.en.json';
import type Messages from '../messages/en.json';
import type Play from '../messages/play.en.json';
import type Rules from '../messages/rules.en.json';
import type Sale from '../messages/sale.en.json';
import type Shop from '../messages/shop.en.json';
import type { Money } from '../wire';
import { fill, type Filling } from './fill';

export type Language = 'en' | 'zh';

type Keys<M> = { [A in keyof M & string]: `${A}.${keyof M[A] & string}` }[keyof M & string];
/** Every sentence there is. */
export type MessageKey = Keys<typeof Messages> | Keys<typeof Data> | Keys<typeof Play> | Keys<typeof Club> | Keys<typeof Experiments> | Keys<typeof Rules> | Keys<typeof Sale> | Keys<typeof Shop> | Keys<typeof Care> | Keys<typeof Loop>;
type Book = Record<string, Record<string, string>>;

const STORED = 'linger.lang';
const books: Record<Language, Book> = { en: {}, zh: {} };

function asLanguage(text: string | null | undefined): Language | undefined {
  const head = text?.toLowerCase().slice(0, 2);
  return head === 'zh' || head === 'en' ? head : undefined;
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function firstLanguage(): Language {
  const asked = asLanguage(new URLSearchParams(location.search).get('lang'));
  return asked ?? asLanguage(stored()) ?? asLanguage(navigator.language) ?? 'en';
}

class Speech {
  language: Language = $state(firstLanguage());
}
const speech = new Speech();

/** Whether the whole page is ours, so that its language may be named and kept. */
let ownsPage = true;

/** Brings sentences; `whole` is false inside a page of somebody else. */
export function bring(en: Book, zh: Book, whole = true): void {
  add(en, zh);
  ownsPage = whole;
  if (ownsPage) document.documentElement.lang = tag();
}

/** Brings more sentences, for a part of the page that is loaded later. */
export function add(en: Book, zh: Book): void {
  Object.assign(books.en, en);
  Object.assign(books.zh, zh);
}

export function language(): Language {
  return speech.language;
}

/** Speaks another language from now on and remembers it. */
export function speak(next: Language): void {
  speech.language = next;
  if (ownsPage) document.documentElement.lang = tag();
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // A page without storage forgets; nothing else depends on it.
  }
}

/** The person's own region where it speaks the language, so that dates and money look as they are used to. */
function tag(): string {
  const region = navigator.languages.find((it) => asLanguage(it) === speech.language);
  return region ?? (speech.language === 'zh' ? 'zh-CN' : 'en');
}

/** The sentence for a key. */
export function t(key: MessageKey, filling: Filling = {}): string {
  const dot = key.indexOf('.');
  const found = books[speech.language][key.slice(0, dot)]?.[key.slice(dot + 1)];
  return found === undefined ? key : fill(found, filling, tag());
}

/** The sentence for a code that came over the wire; a general one when the code is new to this page. */
export function sentenceFor(code: string | undefined): string {
  return books[speech.language].code?.[code ?? 'unknown'] ?? t('code.unknown');
}

/** The word for a name that comes from outside, such as a rule; the name itself when there is none. */
export function wordFor(area: string, name: string): string {
  return books[speech.language][area]?.[name] ?? name;
}

/** The sentence for a name that comes from outside, filled in; the name itself when there is none. */
export function told(area: string, name: string, filling: Filling = {}): string {
  return fill(wordFor(area, name), filling, tag());
}

/** A number with the separators of the language; large ones short, such as 12K or 1.2万. */
export function count(n: number): string {
  const compact = n >= 10_000;
  return new Intl.NumberFormat(tag(), compact ? { notation: 'compact', maximumFractionDigits: 1 } : {}).format(n);
}

export function decimal(n: number, digits = 1): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: digits }).format(n);
}

export function percent(share: number, digits = 1): string {
  return new Intl.NumberFormat(tag(), { style: 'percent', maximumFractionDigits: digits }).format(share);
}

/** An amount as the language writes it. Currencies without minor units are known to Intl. */
export function money({ minor, currency }: Money): string {
  try {
    const format = new Intl.NumberFormat(tag(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol', trailingZeroDisplay: 'stripIfInteger' });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** digits);
  } catch {
    return `${minor} ${currency}`;
  }
}

/** How many digits the minor unit of a currency has. */
export function minorDigits(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** Minutes and seconds, with hours when there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A length of time in words' shortest form. */
export function span(seconds: number): string {
  if (seconds < 60) return t('common.seconds', { n: decimal(seconds, seconds < 10 ? 1 : 0) });
  return t('common.minutesSeconds', { m: Math.floor(seconds / 60), s: Math.round(seconds % 60) });
}

export function timeOfDay(at: number): string {
  return new Intl.DateTimeFormat(tag(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

export function secondOfDay(at: number): string {
  return new Intl.DateTimeFormat(tag(), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
}

export function dateTime(at: number): string {
  return new Intl.DateTimeFormat(tag(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}
