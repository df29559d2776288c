// What somebody has put together to buy at once, kept on their device until it is ordered. Knows no price and no layout.
import { newOrderId } from '../../room';
import type { CartLine } from '../../wire';
import type { Stay } from '../stay.svelte';

/** As many lines as the room takes in one order. */
export const LINES_MAX = 50;

export class Cart {
  lines: readonly CartLine[] = $state.raw([]);
  /** The id of the order that it becomes: the same for every attempt. */
  order: string = $state(newOrderId());
  readonly #at: string;

  constructor(stay: Stay) {
    this.#at = `linger.cart.${stay.options.base}.${stay.options.room}`;
    this.lines = kept(this.#at);
  }

  unitsOf(item: number): number {
    return this.lines.find((it) => it.item === item)?.units ?? 0;
  }

  /** So many units of an item; none takes it out. A cart that is full takes no other item. */
  put(item: number, units: number): boolean {
    const at = this.lines.findIndex((it) => it.item === item);
    if (at < 0 && this.lines.length >= LINES_MAX) return false;
    const rest = this.lines.filter((it) => it.item !== item);
    const line = { item, units };
    this.#keep(units <= 0 ? rest : at < 0 ? [...this.lines, line] : this.lines.with(at, line));
    return true;
  }

  /** It was ordered: the next one is another order. */
  ordered(): void {
    this.#keep([]);
    this.order = newOrderId();
  }

  #keep(lines: readonly CartLine[]): void {
    this.lines = lines;
    try {
      localStorage.setItem(this.#at, JSON.stringify(lines));
    } catch {
      // Without storage a cart lasts as long as the page.
    }
  }
}

function kept(at: string): CartLine[] {
  try {
    const told: unknown = JSON.parse(localStorage.getItem(at) ?? '[]');
    const isLine = (it: unknown): it is CartLine =>
      typeof it === 'object' && it !== null && Number.isInteger((it as CartLine).item) && (it as CartLine).units > 0;
    return Array.isArray(told) ? told.filter(isLine).slice(0, LINES_MAX) : [];
  } catch {
    return [];
  }
}

const carts = new WeakMap<Stay, Cart>();

/** The one cart of a stay. */
export function cartOf(stay: Stay): Cart {
  const cart = carts.get(stay) ?? new Cart(stay);
  carts.set(stay, cart);
  return cart;
}
