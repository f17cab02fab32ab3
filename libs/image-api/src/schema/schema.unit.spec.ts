import { fieldsOf } from '#lib/kube-api';
import type { ObjectSchema, Schema } from '#lib/kube-api';
import { describe, expect, it } from 'vitest';
import * as api from '../index.js';

const kinds = Object.entries(api).filter(([name]) => name.endsWith('Schema')) as [string, ObjectSchema][];

/** Every shape of this API that can be reached, with the path to it. Those of Kubernetes itself are not looked into. */
function* walk(schema: Schema, path: string, seen = new Set<unknown>()): Generator<[string, Schema]> {
  if (seen.has(schema)) return;
  seen.add(schema);
  yield [path, schema];
  switch (schema.type) {
    case 'object':
      if (schema.definition?.startsWith('io.k8s.') === true) return;
      for (const [name, field] of Object.entries(fieldsOf(schema))) yield* walk(field, `${path}.${name}`, seen);
      return;
    case 'array':
      yield* walk(schema.items, `${path}[]`, seen);
      return;
    case 'map':
      yield* walk(schema.values, `${path}{}`, seen);
      return;
    case 'string':
    case 'integer':
    case 'boolean':
    case 'raw':
      return;
  }
}

const field = (schema: ObjectSchema, ...path: string[]): Schema => {
  let current: Schema = schema;
  for (const name of path) {
    if (current.type === 'array') current = current.items;
    const next: Schema | undefined = current.type === 'object' ? fieldsOf(current)[name] : undefined;
    if (next === undefined) throw new Error(`no field ${name}`);
    current = next;
  }
  return current;
};

describe('the shapes of image.openshift.io/v1', () => {
  it('are those of the ten kinds', () => {
    expect(kinds.map(([, { definition }]) => definition?.split('.').at(-1)).sort()).toEqual([
      'Image',
      'ImageSignature',
      'ImageStream',
      'ImageStreamImage',
      'ImageStreamImport',
      'ImageStreamLayers',
      'ImageStreamMapping',
      'ImageStreamTag',
      'ImageTag',
      'SecretList',
    ]);
  });

  it.each(kinds)('%s explains every field in a sentence', (_, schema) => {
    const silent = [...walk(schema, schema.definition ?? '')].filter(
      ([, { description }]) => !/^[A-Z"].*\.$/s.test(description.trim()),
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it.each(kinds)('%s is known to OpenAPI by one name a shape', (_, schema) => {
    for (const [, shape] of walk(schema, '')) {
      if (shape.type === 'object' && shape.definition !== undefined) {
        expect(shape.definition).toMatch(/^(com\.github\.openshift\.api\.image\.v1|io\.k8s\.[\w.]+)\.\w+$/);
      }
    }
  });

  it('tell a strategic merge patch which lists have keys', () => {
    const merge = (mergeKey: string) => ({ strategy: 'merge', mergeKey });
    expect(field(api.imageStreamSchema, 'spec', 'tags').patch).toEqual(merge('name'));
    expect(field(api.imageStreamSchema, 'status', 'tags').patch).toEqual(merge('tag'));
    expect(field(api.imageStreamSchema, 'status', 'tags', 'items').patch).toBeUndefined();
    expect(field(api.imageSchema, 'signatures').patch).toEqual(merge('name'));
    expect(field(api.imageSchema, 'dockerImageMetadata').patch).toEqual({ strategy: 'replace' });
    expect(field(api.imageSchema, 'dockerImageLayers').patch).toBeUndefined();
    expect(field(api.imageSignatureSchema, 'conditions').patch).toEqual(merge('type'));
  });
});
