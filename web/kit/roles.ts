// The word for a role. Knows no page.
import type { RoleName } from '../wire';
import { t, type MessageKey } from './i18n.svelte';

const KEYS: Record<RoleName, MessageKey> = {
  viewer: 'common.roleViewer',
  moderator: 'common.roleModerator',
  host: 'common.roleHost',
  operator: 'common.roleOperator',
  admin: 'common.roleAdmin',
};

export function roleWord(role: RoleName): string {
  return t(KEYS[role]);
}
