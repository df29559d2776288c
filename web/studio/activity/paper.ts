// What a host writes down of a game, in lines that are quick to paste: questions of a quiz, options of a vote, slices of a
// wheel. Knows no page and no server.
import type { GameAsk } from '../../wire';

type Question = Extract<GameAsk, { kind: 'quiz' }>['questions'][number];
type Slice = Extract<GameAsk, { kind: 'wheel' }>['slices'][number];

/** A line that cannot be read, from 1. */
export class BadLine extends Error {
  constructor(readonly line: number) {
    super(`line ${line}`);
  }
}

const lines = (text: string) => text.split('\n').map((it) => it.trim());

export function options(text: string): string[] {
  return lines(text).filter(Boolean);
}

/** Blocks between blank lines: the question, its options with `*` before the right one, `=` before why. */
export function questions(text: string, windowMs: number): Question[] {
  const found: Question[] = [];
  let block: { at: number; text: string }[] = [];
  const close = () => {
    const [first, ...rest] = block;
    block = [];
    if (!first) return;
    const why = rest.filter((it) => it.text.startsWith('=')).map((it) => it.text.slice(1).trim()).join(' ');
    const choices = rest.filter((it) => !it.text.startsWith('='));
    const right = choices.findIndex((it) => it.text.startsWith('*'));
    if (right < 0 || choices.length < 2 || !why) throw new BadLine(first.at);
    const words = choices.map((it) => it.text.replace(/^\*\s*/, ''));
    found.push({ text: first.text, options: words, right, why, window_ms: windowMs });
  };
  lines(text).forEach((it, index) => (it ? block.push({ at: index + 1, text: it }) : close()));
  close();
  return found;
}

/** One a line: `label | weight | how many to win`; without the last, nothing is won there. */
export function slices(text: string): Slice[] {
  return lines(text).flatMap((it, index) => {
    if (!it) return [];
    const [label = '', weight = '', count] = it.split('|').map((part) => part.trim());
    const [size, wins] = [Number(weight), count ? Number(count) : 0];
    if (!label || !Number.isInteger(size) || size < 1 || !Number.isInteger(wins) || wins < 0) throw new BadLine(index + 1);
    return [{ label, weight: size, prize: wins > 0 ? { what: label, worth_minor: 0, count: wins } : null }];
  });
}
