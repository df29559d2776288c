// What a campaign does and what speaks against it, as sentences. Knows no layout and no rule.
import { dateTime, decimal, money, t } from '../../kit/i18n.svelte';
import type { Against } from '../../room';
import type { Campaign } from '../../wire';

/** What it takes off, in a few words. `titleOf` names an item. */
export function whatItDoes({ what, currency }: Campaign, titleOf: (item: number) => string): string {
  const amount = (minor: number) => money({ minor, currency: currency ?? 'CNY' });
  switch (what.kind) {
    case 'amount':
      return t('sale.doesAmount', { off: amount(what.off_minor) });
    case 'percent':
      return what.most_minor == null
        ? t('sale.doesPercent', { n: decimal(what.bps / 100) })
        : t('sale.doesPercentMost', { n: decimal(what.bps / 100), most: amount(what.most_minor) });
    case 'threshold':
      return t('sale.doesThreshold', { off: amount(what.off_minor), from: amount(what.from_minor) });
    case 'gift':
      return t('sale.doesGift', { n: what.units, title: titleOf(what.item) });
    case 'shipping':
      return t('sale.doesShipping', { most: amount(what.most_minor) });
    case 'buy-get':
      return t('sale.doesBuyGet', { buy: what.buy, get: what.get });
    case 'member-price':
      return t('sale.doesMember', { level: what.level, price: amount(what.price_minor) });
  }
}

/** For which goods, and until when. */
export function forWhat(campaign: Campaign, titleOf: (item: number) => string): string {
  const items = campaign.items ?? [];
  const goods = items.length ? t('sale.forItems', { titles: items.map(titleOf).join(', ') }) : t('sale.forAll');
  return `${goods} · ${t('sale.until', { time: dateTime(campaign.until) })}`;
}

/** Why it cannot be used, in a sentence. */
export function whyNot(against: Against, campaign: Campaign, titleOf: (item: number) => string): string {
  switch (against.why) {
    case 'not-begun':
      return t('sale.notBegun', { time: dateTime(campaign.from) });
    case 'over':
      return t('sale.over');
    case 'items':
      return t('sale.notThese', { titles: (campaign.items ?? []).map(titleOf).join(', ') });
    case 'level':
      return t('sale.needsLevel', { level: against.level });
    case 'from':
      return t('sale.needsFrom', { amount: money({ minor: against.from_minor, currency: campaign.currency ?? 'CNY' }) });
    case 'alone':
      return t('sale.clashAlone', { other: against.other.title });
    case 'beside-alone':
      return t('sale.clashBeside', { other: against.other.title });
    case 'same-kind':
      return t('sale.clashKind', { other: against.other.title });
  }
}
