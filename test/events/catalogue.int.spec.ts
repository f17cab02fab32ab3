import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOPIC_OF } from '#lib/event-feed';
import { EVENT_TYPES, EXAMPLES, eventSchemas, fileName, SCHEMAS, type JsonSchema } from './event-schemas.js';
import { EventValidation } from './event-validation.js';
import { brokenPromises, promisesOf, type Promises } from './schema-lock.js';

const json = <T>(folder: string, name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
const manual = readFileSync(join(process.cwd(), 'docs/events.md'), 'utf8');

describe('the catalogue of events', () => {
  const released = json<Record<string, Promises>>(SCHEMAS, 'released.json');

  it('has a schema of every type, as the type is today', () => {
    const stale = [...eventSchemas()].filter(
      ([type, schema]) => JSON.stringify(schema) !== JSON.stringify(json<JsonSchema>(SCHEMAS, fileName(type))),
    );
    expect(
      stale.map(([type]) => type),
      'npm run schemas writes them',
    ).toEqual([]);
  });

  it('takes back nothing that was promised', () => {
    const broken = Object.entries(released).flatMap(([name, promises]) =>
      brokenPromises(promises, promisesOf(json<JsonSchema>(SCHEMAS, name))).map((why) => `${name}: ${why}`),
    );
    expect(broken).toEqual([]);
  });

  it('has promised all that the schemas say, and keeps the schemas of older versions', () => {
    const files = readdirSync(SCHEMAS).filter((name) => name !== 'released.json');
    expect(Object.keys(released).sort()).toEqual(files.sort());
    for (const name of files) expect(promisesOf(json<JsonSchema>(SCHEMAS, name))).toEqual(released[name]);
  });

  it('has an example of every type that is as its schema says', () => {
    const validation = new EventValidation();
    for (const type of EVENT_TYPES) validation.add({ type, data: json<object>(EXAMPLES, fileName(type)) });
    expect(validation.problems).toEqual([]);
  });

  it('is explained: every type has a row with its topic, its schema and its example', () => {
    const rows = [
      ...manual.matchAll(/^\| `(\w+)` +\| `([\w-]+)` +\| (.+?) +\| \[schema\]\((.+?)\), \[example\]\((.+?)\) +\|$/gm),
    ];
    expect(rows.map(([, type]) => type)).toEqual(EVENT_TYPES);
    const topics = new Set<string>(Object.values(TOPIC_OF));
    for (const [, type, topic = '', meaning = '', schema, example] of rows) {
      expect(topics, `topic of ${type}`).toContain(topic);
      expect(meaning.length, `meaning of ${type}`).toBeGreaterThan(8);
      const name = fileName(type as (typeof EVENT_TYPES)[number]);
      expect([schema, example]).toEqual([`../libs/events/schemas/${name}`, `../libs/events/examples/${name}`]);
    }
  });
});
