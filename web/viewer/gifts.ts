// What gifts are called. Knows no prices and no layout.
import { t } from '../kit/i18n.svelte';

export function giftName(gift: string): string {
  switch (gift) {
    case 'flower':
      return t('viewer.giftFlower');
    case 'coffee':
      return t('viewer.giftCoffee');
    case 'heart':
      return t('viewer.giftHeart');
    case 'cake':
      return t('viewer.giftCake');
    case 'crown':
      return t('viewer.giftCrown');
    case 'rocket':
      return t('viewer.giftRocket');
    default:
      return t('viewer.giftOther');
  }
}
