// What gifts are called and how they look. Knows no prices and no layout.
import { t } from '../kit/i18n.svelte';

const SIGNS: Record<string, string> = { flower: '🌹', coffee: '☕', heart: '💖', cake: '🎂', crown: '👑', rocket: '🚀' };

export function giftSign(gift: string): string {
  return SIGNS[gift] ?? '🎁';
}

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
