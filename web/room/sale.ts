// Sales on terms of their own, coupons and waiting, and how each event changes them; what an item costs now, what comes
// next and how far away it is. Pure; knows no socket, no clock and no page. What anybody pays is asked of the room.
import type { Benefits, Campaign, CartLine, Coupon, MyWait, Offer, Quote, RoomEvent, RoomView, Sale, ShelfEntry } from '../wire';

export interface Sales {
  /** By item. */
  readonly offers: Readonly<Record<number, Offer>>;
  readonly benefits: Benefits;
  readonly coupons: readonly Coupon[];
  readonly waits: readonly MyWait[];
  /** The items that this person asked to have explained. */
  readonly explain: readonly number[];
}

const NOTHING: Benefits = { campaigns: [] };

export function salesOf(view: RoomView): Sales {
  return {
    offers: Object.fromEntries((view.sale?.offers ?? []).map((it) => [it.item, it])),
    benefits: view.sale?.benefits ?? NOTHING,
    coupons: view.mine.sale?.coupons ?? [],
    waits: view.mine.sale?.waits ?? [],
    explain: view.mine.sale?.explain ?? [],
  };
}

/** Takes one event in; undefined when it is about something else. A sale that closes is about the shelf as well. */
export function foldSales(sales: Sales, event: RoomEvent): Sales | undefined {
  switch (event.k) {
    case 'offer': {
      const { k: _, ...offer } = event;
      return { ...sales, offers: { ...sales.offers, [offer.item]: offer } };
    }
    case 'sale-closed': {
      const { [event.item]: gone, ...offers } = sales.offers;
      const waits = sales.waits.filter((it) => it.item !== event.item);
      return gone || waits.length < sales.waits.length ? { ...sales, offers, waits } : sales;
    }
    case 'benefits': {
      const { k: _, ...benefits } = event;
      return { ...sales, benefits };
    }
    case 'you-sale':
      return { ...sales, coupons: event.coupons, waits: event.waits, explain: event.explain ?? [] };
    default:
      return undefined;
  }
}

/** What one costs at `now`, by the room's time, in minor units: the lowest on offer. A quote says it with every coupon. */
export function priceNow(sale: Sale, offer: Offer | undefined, now: number): number {
  const usual = offer?.price_minor ?? sale.price.minor;
  const flash = offer?.flash && now < offer.flash.until ? offer.flash.price_minor : usual;
  return Math.min(usual, flash);
}

/** The next step of the price: after how many more units, and what one costs then. `gone` are units held and sold. */
export function nextStep(offer: Offer | undefined, gone: number): { units: number; price_minor: number } | undefined {
  const step = offer?.terms?.steps?.find((it) => it.from_units > gone);
  return step && { units: step.from_units - gone, price_minor: step.price_minor };
}

/** How many more people have to buy until it costs less for all. */
export function toUnlock(offer: Offer | undefined): { buyers: number; price_minor: number } | undefined {
  const unlock = offer?.terms?.unlock;
  if (!unlock || offer.unlocked) return undefined;
  return { buyers: Math.max(0, unlock.buyers - offer.buyers), price_minor: unlock.price_minor };
}

/** What a sale counts down to at `now`, by the room's time; the nearest first to come. */
export function countdown(
  offer: Offer | undefined,
  now: number,
): { to: 'opening' | 'bell' | 'flash-end' | 'end'; at: number } | undefined {
  const terms = offer?.terms;
  const moments = [
    { to: 'opening', at: terms?.opens_at },
    { to: 'bell', at: terms?.bell },
    { to: 'flash-end', at: offer?.flash?.until },
    { to: 'end', at: terms?.closes_at },
  ] as const;
  const ahead = moments.flatMap(({ to, at }) => (at != null && at > now ? [{ to, at }] : []));
  return ahead.toSorted((a, b) => a.at - b.at)[0];
}

/** How somebody gets a unit now: by ordering, by getting on the list, by waiting, or not at all. */
export function way(
  sale: Sale | null | undefined,
  offer: Offer | undefined,
  left: number,
  now: number,
): 'none' | 'soon' | 'list' | 'bell' | 'order' | 'wait' {
  if (!sale) return 'none';
  const terms = offer?.terms;
  if (terms?.closes_at != null && now >= terms.closes_at) return 'none';
  if (terms?.opens_at != null && now < terms.opens_at) return 'soon';
  if (offer?.list === 'open' && terms?.bell != null && now < terms.bell) return 'list';
  if (offer?.list === 'open' || offer?.list === 'closed') return 'bell';
  if (left > 0) return 'order';
  return terms?.mode === 'first-paid' ? 'none' : 'wait';
}

/** How the units of an item are spread; a share of nothing is nothing. */
export function stockOf(entry: Pick<ShelfEntry, 'units' | 'left' | 'held'>): { left: number; held: number; sold: number } {
  const held = Math.min(entry.held, entry.units - entry.left);
  return { left: entry.left, held, sold: Math.max(0, entry.units - entry.left - held) };
}

/** What speaks against using a coupon with these goods and beside those chosen; undefined when nothing that can be known here.
 *  The room has the last word. The rule is that of `coupon/cuts.rs`. */
export type Against =
  | { why: 'not-begun' | 'over' | 'items' }
  | { why: 'level'; level: number }
  | { why: 'from'; from_minor: number }
  | { why: 'alone' | 'beside-alone' | 'same-kind'; other: Campaign };

export function against(
  campaign: Campaign,
  chosen: readonly Campaign[],
  cart: { lines: readonly CartLine[]; goods_minor: number; level: number; now: number },
): Against | undefined {
  if (cart.now < campaign.from) return { why: 'not-begun' };
  if (cart.now >= campaign.until) return { why: 'over' };
  const level = campaign.what.kind === 'member-price' ? Math.max(campaign.what.level, campaign.level_min ?? 0) : (campaign.level_min ?? 0);
  if (cart.level < level) return { why: 'level', level };
  for (const other of chosen) {
    if (other.campaign === campaign.campaign) continue;
    if (campaign.stacks === 'alone') return { why: 'alone', other };
    if (other.stacks === 'alone') return { why: 'beside-alone', other };
    const freely = campaign.stacks === 'freely' && other.stacks === 'freely';
    if (campaign.what.kind === other.what.kind && !freely) return { why: 'same-kind', other };
  }
  const items = campaign.items ?? [];
  if (items.length && !cart.lines.some((it) => items.includes(it.item))) return { why: 'items' };
  if (campaign.what.kind === 'threshold' && cart.goods_minor < campaign.what.from_minor)
    return { why: 'from', from_minor: campaign.what.from_minor };
  return undefined;
}

/** A price that changed between two answers about the same goods. */
export interface PriceChange {
  readonly item: number;
  readonly before: number;
  readonly now: number;
  readonly why: Quote['lines'][number]['why'];
}

/** What became dearer or cheaper since the last answer, by item; what was not in both has not changed. */
export function priceChanges(before: Quote | undefined, now: Quote): PriceChange[] {
  return now.lines.flatMap((line) => {
    const was = before?.lines.find((it) => it.item === line.item);
    if (!was || was.price_minor === line.price_minor) return [];
    return [{ item: line.item, before: was.price_minor, now: line.price_minor, why: line.why }];
  });
}
