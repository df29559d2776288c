// The browser's part of a passkey ceremony. Knows no page.
import { Failed, type Rest } from '../room';
import type { Me, PasskeyInfo } from '../wire';

interface Options {
  publicKey: PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON;
}

/** Whether this browser can do it at all. */
export function passkeysWork(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;
}

/** Signs in with a passkey of this device. */
export async function signInByPasskey(rest: Rest): Promise<Me> {
  const { ceremony, options } = await rest.passkeyStart('sign-in');
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON((options as Options).publicKey);
  const credential = await chosen(navigator.credentials.get({ publicKey }));
  return rest.passkeyFinish<Me>('sign-in', { ceremony, credential });
}

/** Adds a passkey of this device to the account. */
export async function addPasskey(rest: Rest, label: string): Promise<PasskeyInfo> {
  const { ceremony, options } = await rest.passkeyStart('register');
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON((options as Options).publicKey);
  const credential = await chosen(navigator.credentials.create({ publicKey }));
  return rest.passkeyFinish<PasskeyInfo>('register', { ceremony, label, credential });
}

async function chosen(asked: Promise<Credential | null>): Promise<unknown> {
  const credential = await asked.catch(() => null);
  if (!credential) throw new Failed('passkey-cancelled', 0);
  return (credential as PublicKeyCredential).toJSON();
}
