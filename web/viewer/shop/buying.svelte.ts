// One purchase before it is an order: which goods, which coupons, what the room says it costs and why, and what changed meanwhile.
// Knows no layout; it decides no price.
import { complain, codeOf } from '../../kit/room.svelte';
import { priceChanges, priceNow, type PriceChange } from '../../room';
import type { Campaign, CartLine, Quote } from '../../wire';
import type { Stay } from '../stay.svelte';

/** Until it is asked again what it costs after something changed. */
const PAUSE_MS = 150;

export class Buying {
  coupons: readonly string[] = $state.raw([]);
  address = $state('');
  confirmed = $state(false);
  placing = $state(false);
  quote: Quote | undefined = $state.raw();
  /** Why it cannot be ordered as it is. */
  refusal: string | undefined = $state();
  /** What became dearer or cheaper since the first answer. */
  changes: readonly PriceChange[] = $state.raw([]);
  #asked = 0;

  constructor(
    readonly stay: Stay,
    readonly lines: () => readonly CartLine[],
  ) {}

  /** The goods that cannot come back without a fault, where the buyer confirms that for this purchase. */
  get excepted(): number[] {
    return this.lines().flatMap(({ item }) => (this.stay.entry(item)?.item.returns?.kind === 'excepted' ? [item] : []));
  }

  /** Campaigns that count for everybody: they come by themselves. */
  get automatic(): readonly Campaign[] {
    return (this.stay.view?.sales.benefits.campaigns ?? []).filter((it) => it.open_to === 'everybody');
  }

  get chosen(): Campaign[] {
    const own = this.stay.view?.sales.coupons ?? [];
    return own.flatMap((it) => (this.coupons.includes(it.campaign.campaign) ? [it.campaign] : []));
  }

  /** Whether it costs so much a unit and nothing more: then nothing has to be asked before it is ordered. */
  get plain(): boolean {
    const { lines, stay } = this;
    const sales = stay.view?.sales;
    const [line, ...more] = lines();
    if (!line || more.length || !sales) return false;
    const simple = !sales.offers[line.item] && !sales.benefits.shipping && !this.automatic.length;
    return simple && !this.coupons.length && !this.excepted.length && !this.address.trim();
  }

  /** Everything that a price may hang on, so that it is asked anew when any of it changes. */
  marks(at: number): string {
    const { stay } = this;
    const sales = stay.view?.sales;
    const goods = this.lines().map(({ item, units }) => {
      const sale = stay.entry(item)?.sale;
      return [item, units, sale && priceNow(sale, sales?.offers[item], at)];
    });
    return JSON.stringify([goods, this.coupons, !!this.address.trim(), sales?.benefits, sales?.coupons.map((it) => [it.campaign.campaign, it.count])]);
  }

  /** Asks what it costs, after a moment; gives what calls that off. */
  follow(): () => void {
    if (this.plain || !this.lines().length) {
      this.quote = undefined;
      this.refusal = undefined;
      return () => undefined;
    }
    const timer = setTimeout(() => void this.ask(), PAUSE_MS);
    return () => clearTimeout(timer);
  }

  async ask(): Promise<void> {
    const asked = ++this.#asked;
    const { stay } = this;
    try {
      const cart = { lines: [...this.lines()], coupons: [...this.coupons] };
      const quote = await stay.rest.quote(stay.options.room, cart, await stay.token());
      if (asked !== this.#asked) return;
      this.#note(quote);
      this.quote = quote;
      this.refusal = undefined;
    } catch (error) {
      if (asked === this.#asked) this.refusal = codeOf(error);
    }
  }

  /** A change is told from what was shown first; one that was taken back is none. */
  #note(quote: Quote): void {
    const told = new Map(this.changes.map((it) => [it.item, it]));
    for (const it of priceChanges(this.quote, quote)) {
      const before = told.get(it.item)?.before ?? it.before;
      told.set(it.item, { ...it, before });
    }
    const still = (it: PriceChange) => it.before !== it.now && quote.lines.some((line) => line.item === it.item);
    this.changes = [...told.values()].filter(still);
  }

  /** Orders it, all or nothing. The same id asked twice orders once. */
  async place(order: string): Promise<boolean> {
    const { stay, quote } = this;
    this.placing = true;
    try {
      const [line] = this.lines();
      if (this.plain && line) return !!(await stay.place(order, line.item, line.units));
      if (!quote) return false;
      const delivery = { confirmed: this.confirmed ? this.excepted : [], address: this.address.trim() };
      const lines = [...this.lines()];
      await stay.live.connection.ask({
        kind: 'sale',
        do: 'place-cart',
        order,
        lines,
        coupons: [...this.coupons],
        expected_minor: quote.total.minor,
        delivery,
      });
      for (const { item, units } of lines) stay.happened('order', { order, item, units });
      return true;
    } catch (error) {
      complain(error);
      void this.ask();
      return false;
    } finally {
      this.placing = false;
    }
  }
}
