import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { EVENT_TYPES, eventSchemas, fileName, SCHEMAS } from './event-schemas.js';
import { brokenPromises, promisesOf, type Promises } from './schema-lock.js';

/**
 * `npm run schemas`: writes the schemas of the events as they are now, and adds to the lock what they promise beyond what
 * was released. What breaks a promise needs a new version in the catalogue, and is refused here.
 */
const lockFile = join(SCHEMAS, 'released.json');
const released = readLock();
const lock: Record<string, Promises> = { ...released };
let broken = 0;

mkdirSync(SCHEMAS, { recursive: true });
const schemas = eventSchemas();
for (const type of EVENT_TYPES) {
  const schema = schemas.get(type) ?? {};
  const name = fileName(type);
  for (const why of brokenPromises(released[name] ?? {}, promisesOf(schema))) {
    console.error(`${name}: ${why}`);
    broken++;
  }
  lock[name] = promisesOf(schema);
  if (broken === 0) writeFileSync(join(SCHEMAS, name), await formatted(schema));
}
if (broken === 0) writeFileSync(lockFile, await formatted(lock));
else console.error('raise the version in libs/events/src/catalogue.ts, and lift the older one with an upcaster');
process.exitCode = broken === 0 ? 0 : 1;

function formatted(value: object): Promise<string> {
  return format(JSON.stringify(value), { parser: 'json', printWidth: 120 });
}

function readLock(): Readonly<Record<string, Promises>> {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as Readonly<Record<string, Promises>>;
  } catch {
    return {};
  }
}
