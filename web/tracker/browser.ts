// The world that a tracker lives in when it lives in a browser: clock, store, network, and the page's end. Knows no event.
import type { TrackWorld } from '../room/track';

/** The world of a browser. `server` is where Linger runs; the page's own origin when empty. */
export function browser(server = ''): TrackWorld {
  const url = `${server}/v1/batch`;
  const campaign = () => {
    const told = new URLSearchParams(location.search);
    const [name, source, medium] = ['campaign', 'source', 'medium'].map((it) => told.get(`utm_${it}`) ?? undefined);
    return name || source ? { name, source, medium } : undefined;
  };
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    id: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (it) => it.toString(16).padStart(2, '0')).join(''),
    after(ms, act) {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    get store() {
      try {
        return localStorage;
      } catch {
        return undefined;
      }
    },
    context: () => ({
      page: { path: location.pathname },
      campaign: campaign(),
      device: { type: Math.min(screen.width, screen.height) < 600 ? 'phone' : 'desktop' },
    }),
    hidden(act) {
      addEventListener('pagehide', act);
      document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && act());
    },
    async send(body, last) {
      // Text asks for no preflight; the key stands in the body.
      if (last && !('keepalive' in Request.prototype)) {
        navigator.sendBeacon(url, body);
        return { status: 0 };
      }
      const headers = { 'content-type': 'text/plain' };
      const answer = await fetch(url, { method: 'POST', body, headers, keepalive: last, credentials: 'omit' });
      return { status: answer.status, retryAfterS: Number(answer.headers.get('retry-after')) || undefined };
    },
  };
}
