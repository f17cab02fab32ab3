import { createPublicKey, webcrypto } from 'node:crypto';

/** ECDSA on P-256: what every client of the field verifies, and fast to sign with. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** How certificates are signed with such a key. */
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

export interface KeyPair {
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
  /** The private key as PKCS #8 in PEM. */
  readonly pem: string;
}

export async function generateKeyPair(): Promise<KeyPair> {
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  return { publicKey, privateKey, pem: toPem(await webcrypto.subtle.exportKey('pkcs8', privateKey)) };
}

/** @throws when the text is not a P-256 private key as PKCS #8 in PEM. The error does not hold the text. */
export async function readKeyPair(pem: string): Promise<KeyPair> {
  const privateKey = await webcrypto.subtle.importKey('pkcs8', fromPem(pem), ALGORITHM, true, ['sign']);
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const publicKey = await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']);
  return { publicKey, privateKey, pem };
}

function toPem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

const fromPem = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
