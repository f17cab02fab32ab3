import type { ObjectSchema, Schema } from './schema.js';

/** The last part of a component name: `ImageStream` of `com.github.openshift.api.image.v1.ImageStream`. */
export function kindOf(schema: ObjectSchema): string {
  return lastParts(schema).at(-1) ?? 'object';
}

/** The part before the kind: `v1`. */
export function versionOf(schema: ObjectSchema): string {
  return lastParts(schema).at(-2) ?? '';
}

/** A shape as Go would name it: `[]v1.TagReference`, `map[string]string`, `int64`. */
export function goType(schema: Schema): string {
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time' ? 'v1.Time' : 'string';
    case 'integer':
      return schema.format;
    case 'boolean':
      return 'bool';
    case 'array':
      return `[]${goType(schema.items)}`;
    case 'map':
      return `map[string]${goType(schema.values)}`;
    case 'raw':
      return 'object';
    case 'object':
      return schema.definition === undefined ? 'object' : lastParts(schema).join('.');
  }
}

const lastParts = (schema: ObjectSchema): readonly string[] => schema.definition?.split('.').slice(-2) ?? [];
