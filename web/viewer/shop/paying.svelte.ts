// Paying one order: whether the money is on its way, and whether other endings can be tried. Knows no layout.
import type { Order } from '../../wire';
import type { Stay } from '../stay.svelte';

/** How often an order is read again while its payment is on its way, and for how long. */
const AGAIN_MS = 3_000;
const PATIENCE_MS = 20_000;

export class Paying {
  on = $state(false);
  /** What can be tried out is offered only where no real money is taken. */
  trial = $state(false);

  constructor(readonly stay: Stay) {
    void stay.rest.providers().then(({ providers }) => (this.trial = providers[0] === 'sandbox'), () => undefined);
  }

  async pay(order: string, method?: string): Promise<void> {
    this.on = true;
    if (!(await this.stay.pay(order, method))) this.on = false;
  }

  /** A payment is told by the room; should that get lost, the order is read again now and then. */
  follow(order: Order | undefined): (() => void) | undefined {
    if (!this.on || order?.state !== 'held') return undefined;
    const asking = setInterval(() => void this.stay.refresh(order.order), AGAIN_MS);
    const patience = setTimeout(() => (this.on = false), PATIENCE_MS);
    return () => {
      clearInterval(asking);
      clearTimeout(patience);
    };
  }
}
