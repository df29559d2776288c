// The present moment as something that pages can follow, four times a second while anybody follows. Knows no server.
import { createSubscriber } from 'svelte/reactivity';

const follow = createSubscriber((update) => {
  const timer = setInterval(update, 250);
  return () => clearInterval(timer);
});

/** The device's clock, ms; whoever reads it in a page is told when it moves on. */
export function now(): number {
  follow();
  return Date.now();
}
