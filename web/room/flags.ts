// What experiments set for this viewer, by flag. Every flag has a usual value, which holds when nothing is set, or when what is
// set is of another kind: a page never breaks by an experiment. Knows no experiment.
import type { Flag, ShelfEntry } from '../wire';

export type Flags = Readonly<Record<string, Flag>>;

/** The value of a flag, if one of the same kind is set; else the usual one. */
export function flag<T extends boolean | string | number>(flags: Flags, name: string, usual: T): T {
  const value = flags[name]?.value;
  return typeof value === typeof usual ? (value as T) : usual;
}

/** Words that a flag sets: a text for everybody, or one for each language. */
export function words(flags: Flags, name: string, language: string, usual: string, most = 80): string {
  const value: unknown = flags[name]?.value;
  const own = value && typeof value === 'object' ? (value as Record<string, unknown>)[language] : value;
  const text = typeof own === 'string' ? own.trim() : '';
  return text ? Array.from(text).slice(0, most).join('') : usual;
}

/** An entry with the number that the host calls it by. */
export interface Numbered {
  number: number;
  entry: ShelfEntry;
}

/** The shelf in the order that the flag `card-order` sets: `shelf`, `cheapest` or `newest`. Numbers stay what the host says. */
export function inOrder(flags: Flags, shelf: readonly ShelfEntry[]): Numbered[] {
  const numbered = shelf.map((entry, at) => ({ number: at + 1, entry }));
  const price = ({ entry }: Numbered) => (entry.sale?.price ?? entry.item.price).minor;
  switch (flag<string>(flags, 'card-order', 'shelf')) {
    case 'cheapest':
      return numbered.toSorted((a, b) => price(a) - price(b));
    case 'newest':
      return numbered.toReversed();
    default:
      return numbered;
  }
}
