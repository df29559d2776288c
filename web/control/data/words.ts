// The words for parts of answers. Knows no drawing.
import { t } from '../../kit/i18n.svelte';
import type { Group } from './answers';

/** A period's name without the year and the zone, for where there is little room. */
export function shortly(label: string): string {
  return label.length > 7 ? label.slice(5, 16).replace('T', ' ') : label;
}

export function groupName(group: Group): string {
  if (group.rest) return t('data.groupRest');
  if (group.value === null) return t('data.groupAll');
  return group.value || t('data.groupEmpty');
}
