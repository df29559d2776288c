// The tracker for a page that has no build: one script tag makes `window.linger`. Knows only its own tag.
//
//   <script src="track.js of your server" data-key="wk_…"></script>
//   linger.consent(true); linger.page('Tea'); linger.track('Product Added', { product_id: '7' });
import { Tracker } from '../room/track';
import { browser } from './browser';

const tag = document.currentScript as HTMLScriptElement | null;
const key = tag?.dataset.key;
if (tag && key) Object.assign(window, { linger: new Tracker(key, browser(new URL(tag.src, location.href).origin)) });
