// WHIP and WHEP: an offer goes up, an answer comes down, the address of the resource ends it. Knows no picture.
import { Failed } from '../../room';

/** How to be let in: a bearer token, or the session cookie with its csrf. */
export interface Pass {
  token?: string | undefined;
  csrf?: string | undefined;
}

/** Sends the offer of a connection to `url` and takes the answer in; gives the address that ends it. */
export async function exchange(peer: RTCPeerConnection, url: string, pass: Pass): Promise<string | undefined> {
  // The offer leaves without candidates: the server is reachable as it is, and gathering costs half a second.
  await peer.setLocalDescription(await peer.createOffer());
  const headers: Record<string, string> = { 'content-type': 'application/sdp' };
  if (pass.token) headers.authorization = `Bearer ${pass.token}`;
  else if (pass.csrf) headers['x-csrf'] = pass.csrf;
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, body: peer.localDescription!.sdp });
  } catch {
    throw new Failed('unreachable', 0);
  }
  if (response.status !== 201) {
    const told = (await response.json().catch(() => ({}))) as { code?: string; retry_ms?: number };
    throw new Failed(told.code ?? 'media-refused', response.status, undefined, told.retry_ms);
  }
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  const location = response.headers.get('location');
  return location ? new URL(location, response.url).href : undefined;
}

/** Ends a resource; the server notices by itself when this gets lost. */
export async function release(resource: string | undefined, pass: Pass): Promise<void> {
  if (!resource) return;
  const headers: Record<string, string> = {};
  if (pass.token) headers.authorization = `Bearer ${pass.token}`;
  else if (pass.csrf) headers['x-csrf'] = pass.csrf;
  await fetch(resource, { method: 'DELETE', headers, keepalive: true }).catch(() => undefined);
}

/** Ends a connection: first the resource, so that the server hears it from us and not from a line that fell silent. */
export function letGo(peer: RTCPeerConnection | undefined, resource: string | undefined, pass: Pass): void {
  if (!peer) return;
  peer.ontrack = peer.onconnectionstatechange = null;
  for (const sender of peer.getSenders()) void sender.replaceTrack(null).catch(() => undefined);
  void release(resource, pass).finally(() => peer.close());
}
