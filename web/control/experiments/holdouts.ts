// Holdouts as the form holds them, and what a change of them means. Knows no layout and no words.
import type { Holdouts, HoldoutsPut } from '../../wire';

export const EVERYTHING = 'everything';

/** One holdout: of everything, or of `programme/NAME`. */
export interface Row {
  of: string;
  /** The share that is left alone, 0 to 0.5. */
  share: number;
  /** Whether other people are drawn. */
  anew: boolean;
}

/** What one holdout becomes. */
export interface Means {
  of: string;
  before: number;
  share: number;
  says: 'experiments.leftAloneBegins' | 'experiments.leftAloneMore' | 'experiments.leftAloneLess' | 'experiments.leftAloneEnds' | 'experiments.leftAloneDrawn';
}

export const nameOf = (of: string): string => of.replace(/^programme\//, '');

const keptOf = (kept: Holdouts, of: string) => (of === EVERYTHING ? kept.everything : kept.programmes[nameOf(of)]) ?? { share: 0, phase: 0 };

/** A row for everything, for each programme with a holdout, and for each that experiments name. */
export function rowsOf(kept: Holdouts, programmes: readonly string[]): Row[] {
  const names = [...new Set([...Object.keys(kept.programmes), ...programmes])].sort();
  return [EVERYTHING, ...names.map((name) => `programme/${name}`)].map((of) => ({ of, share: keptOf(kept, of).share, anew: false }));
}

/** What the rows change, one by one. */
export function meansOf(kept: Holdouts, rows: readonly Row[]): Means[] {
  const says = (before: number, { share, anew }: Row): Means['says'] | undefined => {
    if (before === 0) return share > 0 ? 'experiments.leftAloneBegins' : undefined;
    if (share === 0) return 'experiments.leftAloneEnds';
    if (anew) return 'experiments.leftAloneDrawn';
    if (share === before) return undefined;
    return share > before ? 'experiments.leftAloneMore' : 'experiments.leftAloneLess';
  };
  const means: Means[] = [];
  for (const row of rows) {
    const before = keptOf(kept, row.of).share;
    const said = says(before, row);
    if (said) means.push({ of: row.of, before, share: row.share, says: said });
  }
  return means;
}

/** What the server takes. Whoever begins again after an end, or asks for other people, gets other people. */
export function putOf(kept: Holdouts, rows: readonly Row[]): HoldoutsPut {
  const of = (row: Row) => {
    const before = keptOf(kept, row.of);
    const begins = before.share === 0 && row.share > 0;
    return { share: row.share, phase: before.phase + (row.anew || begins ? 1 : 0) };
  };
  const programmes = rows.filter((it) => it.of !== EVERYTHING).map((it) => [nameOf(it.of), of(it)] as const);
  // A programme that ended keeps its count, so that it never draws the same people once more by chance.
  const told = programmes.filter(([name, it]) => it.share > 0 || name in kept.programmes);
  const everything = rows.find((it) => it.of === EVERYTHING);
  return {
    everything: everything ? of(everything) : kept.everything,
    programmes: Object.fromEntries(told),
    after: kept.changed_at,
  };
}
