// The word for where an order stands, money that goes back included. Knows no layout.
import { t } from '../kit/i18n.svelte';
import type { Order } from '../wire';

export function orderWord(order: Order): string {
  if (order.refund_due_minor > order.refunded_minor) return t('viewer.orderRefunding');
  if (order.refunded_minor > 0) return t('viewer.orderRefunded');
  switch (order.state) {
    case 'held':
      return t('viewer.orderHeld');
    case 'paid':
      return t('viewer.orderPaid');
    case 'lapsed':
      return t('viewer.orderLapsed');
    case 'cancelled':
      return t('viewer.orderCancelled');
  }
}
