import { decode, fieldsOf } from '#lib/kube-api';
import type { ObjectSchema, Schema } from '#lib/kube-api';
import { object } from '#lib/kube-api';
import { describe, expect, it } from 'vitest';
import * as api from '../index.js';

const secret = object('io.k8s.api.core.v1.Secret', 'Something to keep quiet about.', {});
const kinds = Object.entries(api)
  .filter(([name]) => name.endsWith('Schema'))
  .map(([name, shape]): [string, ObjectSchema] => [
    name,
    typeof shape === 'function' ? (shape as typeof api.secretListSchema)(secret) : (shape as ObjectSchema),
  ]);

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

  it('take what clients send, empty and null where they have nothing to say', () => {
    const tag = {
      kind: 'ImageStreamTag',
      apiVersion: api.API_VERSION,
      metadata: { name: 'app:1', namespace: 'team', creationTimestamp: null },
      tag: {
        name: '',
        annotations: null,
        from: { kind: 'DockerImage', name: 'example.com/app:1' },
        generation: 0,
        importPolicy: {},
        referencePolicy: { type: '' },
      },
      generation: 0,
      lookupPolicy: { local: false },
      image: { metadata: {}, dockerImageMetadata: null, dockerImageMetadataVersion: '' },
    };
    expect(decode(api.imageStreamTagSchema, tag).unknown).toEqual([]);
    const stream = { spec: { tags: [{ name: 'a', form: {} }] }, status: { tags: [{ tag: 'a', items: null }] } };
    expect(decode(api.imageStreamSchema, stream).unknown).toEqual(['spec.tags[0].form']);
    const image = {
      dockerImageMetadata: { Anything: [1] },
      dockerImageLayers: [{ name: 'x', size: 1, mediaType: 'y' }],
    };
    expect(decode(api.imageSchema, image)).toMatchObject({ unknown: [], value: image });
  });

  it('require of clients only what cannot be filled in', () => {
    const required = (schema: ObjectSchema): readonly string[] =>
      [...walk(schema, '')].filter(([, shape]) => shape.required === true).map(([path]) => path);
    expect(required(api.imageStreamSchema).filter((path) => path.startsWith('.spec'))).toEqual([]);
    expect(required(api.imageStreamTagSchema).filter((path) => path.startsWith('.tag'))).toEqual([]);
    expect(required(api.imageStreamMappingSchema).filter((path) => path.split('.').length === 2)).toEqual([
      '.image',
      '.tag',
    ]);
  });
});
