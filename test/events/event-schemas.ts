import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { dataSchema } from '#lib/event-feed';
import { CATALOGUE, type EventType } from '#lib/events';

export type JsonSchema = Readonly<Record<string, unknown>>;

export const EVENT_TYPES = Object.keys(CATALOGUE) as EventType[];

/** Folder of the schemas that consumers are given. Built or not, this runs in the folder of the repository. */
export const SCHEMAS = join(process.cwd(), 'libs/events/schemas');
/** Folder of an example of each. */
export const EXAMPLES = join(process.cwd(), 'libs/events/examples');

export const fileName = (type: EventType): string => `${type}.v${CATALOGUE[type].version}.json`;

/** The JSON Schema of the data of every event, made from its type in TypeScript: what it is and what it says of itself. */
export function eventSchemas(): ReadonlyMap<EventType, JsonSchema> {
  const generator = createGenerator({
    path: join(process.cwd(), 'libs/events/src/catalogue.ts'),
    tsconfig: join(process.cwd(), 'tsconfig.json'),
    // Consumers must not mind what they do not know: later versions may say more.
    additionalProperties: true,
    ...{ expose: 'none', topRef: false, skipTypeCheck: true },
  });
  return new Map(EVENT_TYPES.map((type) => [type, ofData(type, generator.createSchema(type) as EventSchema)]));
}

interface EventSchema {
  readonly $schema: string;
  readonly description?: string;
  readonly properties: { readonly data: JsonSchema };
}

function ofData(type: EventType, { $schema, description, properties }: EventSchema): JsonSchema {
  const { description: ofType, ...data } = properties.data;
  return {
    $schema,
    $id: dataSchema(type, CATALOGUE[type].version),
    title: type,
    ...((description ?? ofType) !== undefined && { description: description ?? ofType }),
    ...data,
  };
}
