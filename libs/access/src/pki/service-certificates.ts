import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCertificateAuthority } from './certificate-authority.js';
import { createServiceCertificate } from './certificates.js';
import { PUBLIC, SECRET, writeDurably } from './durable-file.js';
import { generateKeyPair } from './key-pair.js';

/**
 * Writes an authority (`ca.crt`, `ca.key`) and, for each service, `<service>.crt` and `<service>.key` that it signed. An
 * authority that is there is used; certificates are made anew.
 *
 * @returns the paths of the certificates.
 */
export async function writeServiceCertificates(
  directory: string,
  services: readonly string[],
  now = new Date(),
): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const ca = await ensureCertificateAuthority(directory, now);
  const written: string[] = [];
  for (const service of services) {
    const keys = await generateKeyPair();
    const path = join(directory, `${service}.crt`);
    await writeDurably(join(directory, `${service}.key`), keys.pem, SECRET);
    await writeDurably(path, await createServiceCertificate(keys, ca.keys, service, now), PUBLIC);
    written.push(path);
  }
  return written;
}
