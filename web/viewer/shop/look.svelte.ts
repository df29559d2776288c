// Tells the room which product's page is open on this screen, so that everybody sees how many look at it now.
import type { Stay } from '../stay.svelte';

/** Tells it as long as the caller's component is there, anew after the line broke. */
export function lookAt(stay: Stay, item: () => number | undefined): void {
  $effect(() => {
    const looked = item();
    if (looked === undefined || stay.live.state !== 'open') return;
    stay.live.connection.tell({ t: 'looking', item: looked });
    return () => void stay.live.connection.tell({ t: 'looking', item: null });
  });
}
