// The keys of the control room in words, for the list that `?` shows. The parts that act on them know what they do.
import { t } from '../kit/i18n.svelte';
import type { Area } from './areas.svelte';

type Group = { title: string; keys: [string, string][] };

/** What the keys of an area do. */
export function groupsOf(area: Area, areas: readonly Area[]): Group[] {
  const page: Group = {
    title: t('keys.groupPage'),
    keys: [
      ['?', t('keys.this')],
      ['Z', t('keys.undo')],
      ['G', t('keys.areas')],
      ...(areas.includes('rooms') ? [['0', t('keys.rooms')] as [string, string]] : []),
    ],
  };
  if (area === 'rooms') return [{ title: t('wall.area'), keys: [['1 9', t('wall.open', { name: '' })], ['[', t('wall.earlier')], [']', t('wall.further')]] }, page];
  if (area !== 'live') return [page];
  return [
    {
      title: t('keys.groupTalk'),
      keys: [
        ['K', t('keys.up')],
        ['J', t('keys.down')],
        ['H', t('keys.hide')],
        ['M', t('keys.mute')],
        ['F', t('keys.feature')],
        ['O', t('keys.onlyQuestions')],
        ['E', t('keys.allow')],
        ['R', t('keys.refuse')],
      ],
    },
    {
      title: t('control.decisions'),
      keys: [
        ['Y', t('keys.yes')],
        ['P', t('keys.later')],
        ['N', t('keys.no')],
        ['T', t('keys.takeCall')],
        ['D', t('keys.nextDecisions')],
      ],
    },
    {
      title: t('keys.groupShow'),
      keys: [
        ['S', t('keys.nextShow')],
        ['C', t('keys.table')],
      ],
    },
    { ...page, keys: [['1', t('keys.skipTalk')], ['2', t('keys.skipDecisions')], ['3', t('keys.skipShow')], ...page.keys] },
  ];
}
