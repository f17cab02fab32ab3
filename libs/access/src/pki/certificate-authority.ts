import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { createCaCertificate } from './certificates.js';
import { PUBLIC, readIfPresent, SECRET, writeDurably } from './durable-file.js';
import { generateKeyPair, readKeyPair } from './key-pair.js';
import type { KeyPair } from './key-pair.js';

export interface CertificateAuthority {
  /** PEM. */
  readonly cert: string;
  readonly keys: KeyPair;
}

/**
 * The authority in `ca.crt` and `ca.key`, made at the first start. It is never replaced: every kubeconfig that was handed
 * out trusts it.
 *
 * @throws when only the certificate is there, or the two do not belong together.
 */
export async function ensureCertificateAuthority(dataDir: string, now: Date): Promise<CertificateAuthority> {
  const certPath = join(dataDir, 'ca.crt');
  const keyPath = join(dataDir, 'ca.key');
  const cert = await readIfPresent(certPath);
  const key = await readIfPresent(keyPath);

  if (cert !== undefined) {
    if (key === undefined) throw new Error(`${certPath} is there, but its key ${keyPath} is not`);
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error(`${keyPath} is not the key of ${certPath}`);
    }
    return { cert, keys: await readKeyPair(key) };
  }

  // A key without a certificate is what a crash right here leaves behind; nobody has trusted it yet.
  const keys = key === undefined ? await generateKeyPair() : await readKeyPair(key);
  const issued = await createCaCertificate(keys, now);
  if (key === undefined) await writeDurably(keyPath, keys.pem, SECRET);
  await writeDurably(certPath, issued, PUBLIC);
  return { cert: issued, keys };
}
