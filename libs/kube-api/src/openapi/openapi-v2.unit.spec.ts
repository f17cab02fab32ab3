import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../protobuf/decode-message.js';
import { many, one, text, texts } from '../protobuf/message-shape.js';
import type { MessageShape } from '../protobuf/message-shape.js';
import { openApiV2 } from './openapi-v2.js';
import type { SwaggerDocument } from './swagger-document.js';
import { shelves, WIDGET, widgets } from './widget.fixture.js';

const definitions = [widgets(), shelves];
const { json, protobuf, etag } = openApiV2(definitions);
const document = JSON.parse(json) as SwaggerDocument;

const OBJECT = '/apis/toys.example.com/v1/namespaces/{namespace}/widgets/{name}';
const GVK = { group: 'toys.example.com', version: 'v1', kind: 'Widget' };

describe('the document for everything', () => {
  it('has the kinds and paths of all groups', () => {
    expect(document.swagger).toBe('2.0');
    expect(document.definitions[WIDGET]?.['x-kubernetes-group-version-kind']).toEqual([GVK]);
    expect(document.definitions).toHaveProperty(['com.example.toys.v1.Shelf']);
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining([OBJECT, '/api/v1/shelves']));
  });

  it('refers without wrapping, so that clients that do not know allOf find the way', () => {
    expect(document.definitions[WIDGET]?.properties?.['metadata']).toEqual({
      $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
      description: 'Standard metadata.',
    });
    expect(document.definitions[`${WIDGET}Spec`]?.properties?.['tags']).toMatchObject({
      items: { $ref: `#/definitions/${WIDGET}Tag` },
      'x-kubernetes-patch-merge-key': 'name',
    });
  });

  it('has patches that say what they take', () => {
    const patch = document.paths[OBJECT]?.patch;
    expect(patch?.consumes).toContain('application/strategic-merge-patch+json');
    expect(patch?.['x-kubernetes-group-version-kind']).toEqual(GVK);
    expect(patch?.parameters.map(({ name }) => name)).toEqual([
      'body',
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
    ]);
  });

  it('has a tag that changes with it', () => {
    expect(etag).toBe(openApiV2(definitions).etag);
    expect(etag).not.toBe(openApiV2([shelves]).etag);
  });
});

/** What of `openapi.v2.Document` kubectl reads, so that the encoder is held against something else than itself. */
const any: MessageShape = { 2: text('yaml') };
const extension = many('extensions', { 1: text('name'), 2: one('value', any) });
const innerSchema: MessageShape = {
  1: text('ref'),
  2: text('format'),
  4: text('description'),
  5: one('default', any),
  19: texts('required'),
  20: many('enum', any),
  21: one('additionalProperties', { 1: one('schema', { 1: text('ref'), 22: one('type', { 1: texts('value') }) }) }),
  22: one('type', { 1: texts('value') }),
  23: one('items', { 1: many('schema', { 1: text('ref') }) }),
  31: extension,
};
const schema: MessageShape = {
  ...innerSchema,
  25: one('properties', { 1: many('named', { 1: text('name'), 2: one('value', innerSchema) }) }),
};
const parameter: MessageShape = {
  1: one('parameter', {
    1: one('body', { 2: text('name'), 5: one('schema', schema) }),
    2: one('other', {
      3: one('query', { 2: text('in'), 4: text('name'), 6: text('type') }),
      4: one('path', { 2: text('in'), 4: text('name'), 5: text('type') }),
    }),
  }),
};
const operation: MessageShape = {
  5: text('operationId'),
  7: texts('consumes'),
  8: many('parameters', parameter),
  13: extension,
};
const pathItem: MessageShape = {
  2: one('get', operation),
  8: one('patch', operation),
  9: many('parameters', parameter),
};
const gnostic: MessageShape = {
  1: text('swagger'),
  2: one('info', { 1: text('title'), 2: text('version') }),
  8: one('paths', { 2: many('path', { 1: text('name'), 2: one('value', pathItem) }) }),
  9: one('definitions', { 1: many('named', { 1: text('name'), 2: one('value', schema) }) }),
};

interface Named<T> {
  readonly name: string;
  readonly value: T;
}

function valueOf<T>(list: readonly Named<T>[], name: string): T {
  const found = list.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`nothing is named ${name}`);
  return found.value;
}

describe('the same as protobuf', () => {
  const decoded = decodeMessage(protobuf, gnostic) as unknown as {
    swagger: string;
    info: object;
    paths: { path: readonly Named<{ patch: object; parameters: readonly object[] }>[] };
    definitions: { named: readonly Named<{ properties: { named: readonly Named<object>[] } }>[] };
  };
  const propertyOf = (component: string, name: string): object =>
    valueOf(valueOf(decoded.definitions.named, component).properties.named, name);

  it('has every path and every component', () => {
    expect(decoded).toMatchObject({ swagger: '2.0', info: { title: 'Tagline', version: 'unversioned' } });
    expect(decoded.paths.path.map(({ name }) => name)).toEqual(Object.keys(document.paths));
    expect(decoded.definitions.named.map(({ name }) => name)).toEqual(Object.keys(document.definitions));
  });

  it('has patches with their kind, their formats and their parameters', () => {
    const { patch, parameters } = valueOf(decoded.paths.path, OBJECT);
    expect(patch).toMatchObject({
      operationId: 'patchToysExampleComV1NamespacedWidget',
      consumes: [
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/strategic-merge-patch+json',
      ],
      extensions: [
        { name: 'x-kubernetes-action', value: { yaml: '"patch"' } },
        { name: 'x-kubernetes-group-version-kind', value: { yaml: JSON.stringify(GVK) } },
      ],
    });
    expect(patch).toMatchObject({
      parameters: expect.arrayContaining([
        { parameter: { other: { query: { in: 'query', name: 'fieldValidation', type: 'string' } } } },
      ]) as unknown,
    });
    expect(parameters[0]).toEqual({ parameter: { other: { path: { in: 'path', name: 'name', type: 'string' } } } });
  });

  it('has fields with their type, and what a patch does to them', () => {
    expect(propertyOf(WIDGET, 'metadata')).toMatchObject({
      ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
      description: 'Standard metadata.',
    });
    expect(propertyOf(`${WIDGET}Spec`, 'tags')).toMatchObject({
      type: { value: ['array'] },
      items: { schema: [{ ref: `#/definitions/${WIDGET}Tag` }] },
      extensions: [
        { name: 'x-kubernetes-patch-strategy', value: { yaml: '"merge"' } },
        { name: 'x-kubernetes-patch-merge-key', value: { yaml: '"name"' } },
      ],
    });
    expect(propertyOf(`${WIDGET}Spec`, 'others')).toMatchObject({
      additionalProperties: { schema: { ref: `#/definitions/${WIDGET}Policy` } },
    });
    expect(propertyOf(`${WIDGET}Tag`, 'mode')).toMatchObject({
      default: { yaml: '"Fast"' },
      enum: [{ yaml: '"Fast"' }, { yaml: '"Slow"' }],
    });
    expect(propertyOf(`${WIDGET}Policy`, 'local')).toMatchObject({ default: { yaml: 'false' } });
    expect(valueOf(decoded.definitions.named, `${WIDGET}Tag`)).toMatchObject({ required: ['name'] });
  });
});
