// What a card, a row of the shelf and a sheet say of an item's sale: what one costs now, what comes next, and how somebody gets
// one. Knows no layout; what anybody pays is asked of the room.
import { clock, money, t } from '../kit/i18n.svelte';
import { countdown, nextStep, priceNow, toUnlock, way } from '../room';
import type { Money, MyWait, Offer, ShelfEntry } from '../wire';
import type { Stay } from './stay.svelte';

export interface Selling {
  readonly offer: Offer | undefined;
  readonly price: Money;
  /** What one costs outside the sale, when that is more. */
  readonly was: Money | undefined;
  readonly flash: boolean;
  readonly way: ReturnType<typeof way>;
  /** Whether nothing is left; `maybe` when units that are not paid yet may come back. */
  readonly out: 'no' | 'maybe' | 'yes';
  /** Where this person stands in line, or on the list. */
  readonly wait: MyWait | undefined;
  /** The one thing to know now; the nearest moment first. */
  readonly hint: string | undefined;
}

/** How `entry` is sold at `at`, by the room's time. */
export function sellingOf(stay: Stay, entry: ShelfEntry, at: number): Selling {
  const { item, sale, left } = entry;
  const offer = stay.view?.sales.offers[item.id];
  const minor = sale ? priceNow(sale, offer, at) : item.price.minor;
  return {
    offer,
    price: { ...item.price, minor },
    was: minor < item.price.minor ? item.price : undefined,
    flash: !!sale && !!offer?.flash && at < offer.flash.until && minor === offer.flash.price_minor,
    way: way(sale, offer, left, at),
    out: !sale || left > 0 ? 'no' : entry.held > 0 ? 'maybe' : 'yes',
    wait: stay.view?.sales.waits.find((it) => it.item === item.id),
    hint: sale ? hintOf(stay, entry, offer, at) : undefined,
  };
}

function hintOf(stay: Stay, entry: ShelfEntry, offer: Offer | undefined, at: number): string | undefined {
  const price = (minor: number) => money({ ...entry.item.price, minor });
  const next = countdown(offer, at);
  const time = next && clock((next.at - at) / 1000 + 0.9);
  if (time && next.to === 'opening') return t('viewer.opensIn', { time });
  if (time && next.to === 'bell') return t('viewer.bellIn', { time, n: offer?.enlisted ?? 0 });
  if (time && next.to === 'flash-end') return t('viewer.flashFor', { time });
  if (offer?.terms?.mode === 'first-paid') return t('viewer.firstPaid');
  const unlock = toUnlock(offer);
  if (unlock) return t('viewer.unlockAfter', { n: unlock.buyers, price: price(unlock.price_minor) });
  const step = nextStep(offer, entry.units - entry.left);
  if (step && step.units <= entry.left) return t('viewer.stepAfter', { n: step.units, price: price(step.price_minor) });
  const gift = offer?.terms?.gift;
  const title = gift && stay.entry(gift.item)?.item.title;
  if (title && offer?.gifts_left) return t('viewer.giftFirst', { title, n: offer.gifts_left });
  if (time && next.to === 'end') return t('viewer.endsIn', { time });
  return offer?.unlocked ? t('viewer.unlocked') : undefined;
}

/** The word on the one button, and whether it leads anywhere. */
export function buttonOf({ way, wait, out }: Selling): { text: string; open: boolean; strong: boolean } {
  if (wait) {
    const text = wait.ahead == null ? t('viewer.onList') : t('viewer.inLine', { n: wait.ahead + 1 });
    return { text, open: true, strong: false };
  }
  switch (way) {
    case 'order':
      return { text: t('viewer.buy'), open: true, strong: true };
    case 'list':
      return { text: t('viewer.getOnList'), open: true, strong: true };
    case 'bell':
      return { text: t('viewer.bellRings'), open: true, strong: false };
    case 'soon':
      return { text: t('viewer.notYet'), open: true, strong: false };
    case 'wait':
      // Even what is sold may come back.
      return { text: out === 'yes' ? t('viewer.soldOut') : t('viewer.waitFor'), open: true, strong: false };
    case 'none':
      return { text: out === 'no' ? t('viewer.notYet') : t('viewer.soldOut'), open: false, strong: false };
  }
}
