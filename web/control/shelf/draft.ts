// A product while it is being written: amounts as people write them, variants made from options. Knows no server.
import type { ShopProduct, Variant } from '../../wire';

/** A product with nothing in it, to be given a number. */
export function blank(currency: string): ShopProduct {
  return {
    id: 0, title: '', description: '', category: '', tags: [], seller: null, options: [], media: [], facts: [], returns: null,
    related: [], matching: [], guarantee_days: 0, rating: null, outside: [],
    variants: [variant([], currency)],
  };
}

export function variant(values: string[], currency: string, like?: Variant): Variant {
  const price = like?.prices?.find((it) => !it.region);
  return {
    item: 0, sku: '', label: '', values, barcode: '', weight_g: null, units: null, image: '', returns: null, outside: [],
    prices: [{ region: '', minor: price?.minor ?? 0, currency: price?.currency ?? currency, was_minor: null, basis: null, evidence: '' }],
  };
}

/** Minor units of so many digits as `19.99`. */
export function written(minor: number | null | undefined, digits: number): string {
  if (minor == null) return '';
  return (minor / 10 ** digits).toFixed(digits);
}

/** Minor units of `19.99`; undefined when it is no amount, or finer than the currency. */
export function meant(text: string, digits: number): number | undefined {
  const found = /^(\d{1,9})(?:[.,](\d*))?$/.exec(text.trim());
  if (!found) return undefined;
  const fraction = (found[2] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return undefined;
  return Number(found[1]! + fraction.padEnd(digits, '0'));
}

/** All variants of the options, those that there are kept as they are. */
export function combined(product: ShopProduct, currency: string): Variant[] {
  const options = product.options ?? [];
  const known = product.variants ?? [];
  let rows: string[][] = [[]];
  for (const option of options) rows = rows.flatMap((row) => option.values.map((value) => [...row, value]));
  return rows
    .slice(0, 100)
    .map((row) => known.find((it) => same(it.values ?? [], row)) ?? variant(row, currency, known[0]));
}

const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((it, at) => it === b[at]);

/** `S, M, L` as values. */
export const listed = (text: string) => [...new Set(text.split(/[,，]/).map((it) => it.trim()).filter(Boolean))];
