// What a viewer needs once they look at a product or buy: the sheets and their sentences, loaded when the room has come to rest.
import { add } from '../../kit/i18n.svelte';
import en from '../../messages/sale.en.json';
import zh from '../../messages/sale.zh.json';

add(en, zh);

export { default as BagSheet } from '../BagSheet.svelte';
export { default as BuySheet } from '../BuySheet.svelte';
export { default as CartSheet } from './CartSheet.svelte';
export { default as ProductSheet } from './ProductSheet.svelte';
