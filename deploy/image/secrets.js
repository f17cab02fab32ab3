// Makes the secrets that the services of one installation share: node secrets.js /var/lib/tagline
// What is there is kept: a password that changed would lock everybody out. Values are never printed.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('secrets: where to?\n');
  process.exit(1);
}
mkdirSync(folder, { recursive: true, mode: 0o700 });

const password = randomBytes(24).toString('base64url');

// The connection string first: where it is there, the password that is in it is too.
if (made('read-model-url', `postgresql://tagline:${password}@postgres:5432/tagline?sslmode=disable`)) {
  made('postgres-password', password);
}
made('secrets.key', randomBytes(32).toString('base64'));

/** Whether the file was made now. */
function made(/** @type {string} */ name, /** @type {string} */ text) {
  try {
    writeFileSync(join(folder, name), `${text}\n`, { flag: 'wx', mode: 0o600 });
    process.stdout.write(`${join(folder, name)}\n`);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}
