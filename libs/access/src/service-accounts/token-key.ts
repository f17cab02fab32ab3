import { join } from 'node:path';
import { readIfPresent, SECRET, writeDurably } from '../pki/durable-file.js';
import { generateKeyPair, readKeyPair } from '../pki/key-pair.js';

/**
 * The key in `tokens.key` that tokens of service accounts are signed with, in PEM; made at the first start. Delete the file
 * and start again to make every token useless that was ever issued.
 *
 * @throws when the file holds something else.
 */
export async function ensureTokenKey(dataDir: string): Promise<string> {
  const path = join(dataDir, 'tokens.key');
  const existing = await readIfPresent(path);
  if (existing === undefined) {
    const { pem } = await generateKeyPair();
    await writeDurably(path, pem, SECRET);
    return pem;
  }
  try {
    await readKeyPair(existing);
  } catch {
    throw new Error(`${path} does not hold a private key: an ECDSA key on P-256 as PKCS #8 in PEM is wanted`);
  }
  return existing;
}
