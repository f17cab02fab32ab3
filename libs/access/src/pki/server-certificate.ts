import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { CertificateAuthority } from './certificate-authority.js';
import { createServerCertificate } from './certificates.js';
import { PUBLIC, readIfPresent, SECRET, writeDurably } from './durable-file.js';
import { generateKeyPair, readKeyPair } from './key-pair.js';

export interface ServerCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const RENEW_BEFORE = 30 * 24 * 60 * 60 * 1000;

/**
 * The certificate in `tls.crt` with the key in `tls.key`. A new one is issued when there is none, when it runs out in less
 * than 30 days, and when the server goes by a name that it does not hold. The key stays the same, so that a crash in
 * between leaves a pair that fits.
 *
 * A certificate that another authority issued is used as it is: somebody put it there.
 */
export async function ensureServerCertificate(
  dataDir: string,
  ca: CertificateAuthority,
  names: readonly string[],
  now: Date,
): Promise<ServerCertificate> {
  const certPath = join(dataDir, 'tls.crt');
  const keyPath = join(dataDir, 'tls.key');
  const cert = await readIfPresent(certPath);
  const key = await readIfPresent(keyPath);
  if (cert !== undefined && key !== undefined && isUsable({ cert, key }, ca, names, now)) return { cert, key };

  const keys = key === undefined ? await generateKeyPair() : await readKeyPair(key);
  const issued = await createServerCertificate(keys, ca.keys, names, now);
  if (key === undefined) await writeDurably(keyPath, keys.pem, SECRET);
  await writeDurably(certPath, issued, PUBLIC);
  return { cert: issued, key: keys.pem };
}

function isUsable(
  { cert, key }: ServerCertificate,
  ca: CertificateAuthority,
  names: readonly string[],
  now: Date,
): boolean {
  const certificate = new X509Certificate(cert);
  const authority = new X509Certificate(ca.cert);
  if (certificate.issuer !== authority.subject) return true;
  return (
    certificate.verify(authority.publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(key)) &&
    Date.parse(certificate.validTo) - now.getTime() >= RENEW_BEFORE &&
    names.every((name) => holds(certificate, name))
  );
}

const holds = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
