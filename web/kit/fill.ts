// How a sentence is filled in. Knows neither sentences nor which language is spoken.

/** What a sentence is filled in with. */
export type Filling = Record<string, string | number>;

/** `{n}` is filled in, `{n|one thing|# things}` chooses by the plural rules, `#` being the number itself. */
export function fill(sentence: string, filling: Filling, locale: string): string {
  return sentence.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = filling[name];
    if (value === undefined) return whole;
    const shown = typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
    if (one === undefined || other === undefined) return shown;
    const single = new Intl.PluralRules(locale).select(Number(value)) === 'one';
    return (single ? one : other).replace('#', shown);
  });
}
