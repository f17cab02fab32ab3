import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readIfPresent, SECRET, writeDurably } from './durable-file.js';

/**
 * The token in `admin.token`, made at the first start: 256 random bits. Delete the file and start again to have another.
 *
 * @throws when the file holds something that cannot be sent as a token, or is too short to be a secret.
 */
export async function ensureAdminToken(dataDir: string): Promise<string> {
  const path = join(dataDir, 'admin.token');
  const existing = (await readIfPresent(path))?.trim();
  if (existing === undefined) {
    const token = randomBytes(32).toString('base64url');
    await writeDurably(path, `${token}\n`, SECRET);
    return token;
  }
  if (!/^[\w~+/.=-]{22,512}$/.test(existing)) {
    throw new Error(`${path} does not hold a token: 22 to 512 letters, digits and any of -._~+/= are wanted`);
  }
  return existing;
}
