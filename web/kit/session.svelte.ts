// Who of the staff is signed in on this page. Knows no page.
import { Rest } from '../room';
import type { Me, RoleName } from '../wire';
import { codeOf } from './room.svelte';

const RANK: RoleName[] = ['viewer', 'moderator', 'host', 'operator', 'admin'];

export class Session {
  readonly rest = new Rest();
  me: Me | undefined = $state.raw();
  state: 'loading' | 'out' | 'in' | 'failed' = $state('loading');
  code: string | undefined = $state();

  async load(): Promise<void> {
    this.state = 'loading';
    try {
      this.me = await this.rest.me();
      this.state = this.me ? 'in' : 'out';
    } catch (error) {
      this.code = codeOf(error);
      this.state = 'failed';
    }
  }

  /** Takes in who just signed in. */
  entered(me: Me): void {
    this.rest.csrf = me.csrf;
    this.me = me;
    this.state = 'in';
  }

  /** Whether the role is this one or stands above it. */
  atLeast(role: RoleName): boolean {
    return !!this.me && RANK.indexOf(this.me.role) >= RANK.indexOf(role);
  }

  async leave(): Promise<void> {
    await this.rest.signOut();
    this.me = undefined;
    this.state = 'out';
  }
}

/** The address of the sign-in page that comes back here. */
export function signInAddress(): string {
  return `/sign-in?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
}
