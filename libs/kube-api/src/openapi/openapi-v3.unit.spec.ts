import { describe, expect, it } from 'vitest';
import type { JsonSchema } from './json-schema.js';
import { openApiV3Document, openApiV3Index } from './openapi-v3.js';
import type { OpenApiOptions } from './options.js';
import { shelves, WIDGET, widgets } from './widget.fixture.js';

interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': unknown;
}

type PathItem = Readonly<Record<string, Operation>> & {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
};

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

function documentOf(definition = widgets(), options: OpenApiOptions = {}): Document {
  const { group, version } = definition;
  const document = openApiV3Document([definition], group, version, options);
  return JSON.parse(document?.json ?? '') as Document;
}

const COLLECTION = '/apis/toys.example.com/v1/namespaces/{namespace}/widgets';
const GVK = { group: 'toys.example.com', version: 'v1', kind: 'Widget' };
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function operation(document: Document, path: string, method: string): Operation {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`no ${method} on ${path}`);
  return found;
}

function property(document: Document, component: string, name: string): JsonSchema | undefined {
  return document.components.schemas[component]?.properties?.[name];
}

describe('the paths of a document', () => {
  const actions = (document: Document): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(
      Object.entries(document.paths).map(([path, item]) => [
        path,
        Object.values(item).flatMap((found) => ('operationId' in found ? [found['x-kubernetes-action']] : [])),
      ]),
    );

  it('are the operations that the storage has', () => {
    expect(actions(documentOf())).toEqual({
      [COLLECTION]: ['list', 'post', 'deletecollection'],
      '/apis/toys.example.com/v1/widgets': ['list'],
      [`${COLLECTION}/{name}`]: ['get', 'put', 'patch', 'delete'],
      [`${COLLECTION}/{name}/status`]: ['get', 'put', 'patch'],
    });
    expect(actions(documentOf(shelves))).toEqual({ '/api/v1/shelves': ['list'] });
  });

  it('name what is in them', () => {
    const parameters = (path: string) => documentOf().paths[path]?.parameters.map((one) => `${one.in} ${one.name}`);
    expect(parameters(COLLECTION)).toEqual(['path namespace', 'query pretty']);
    expect(parameters(`${COLLECTION}/{name}/status`)).toEqual(['path name', 'path namespace', 'query pretty']);
    expect(parameters('/apis/toys.example.com/v1/widgets')).toEqual(['query pretty']);
  });

  it('have operations with ids that no other has', () => {
    const ids = Object.values(documentOf().paths).flatMap((item) =>
      Object.values(item).flatMap((found) => ('operationId' in found ? [found.operationId] : [])),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('readToysExampleComV1NamespacedWidget');
    expect(ids).toContain('deleteToysExampleComV1CollectionNamespacedWidget');
    expect(ids).toContain('listToysExampleComV1WidgetForAllNamespaces');
    expect(ids).toContain('patchToysExampleComV1NamespacedWidgetStatus');
  });

  it('offer a watch only where there is one', () => {
    const names = (document: Document, path: string) =>
      operation(document, path, 'get').parameters.map(({ name }) => name);
    expect(names(documentOf(), COLLECTION)).toContain('watch');
    expect(names(documentOf(shelves), '/api/v1/shelves')).not.toContain('watch');
    expect(names(documentOf(shelves), '/api/v1/shelves')).toContain('labelSelector');
  });
});

describe('the patch of a resource, by which kubectl learns what a server can do', () => {
  const patch = (options: OpenApiOptions = {}) =>
    operation(documentOf(widgets(), options), `${COLLECTION}/{name}`, 'patch');

  it('names its kind and validates fields, runs dry and knows its manager', () => {
    expect(patch()['x-kubernetes-group-version-kind']).toEqual(GVK);
    expect(patch().parameters.map((one) => `${one.in} ${one.name}`)).toEqual([
      'query dryRun',
      'query fieldManager',
      'query fieldValidation',
      'query force',
    ]);
  });

  it('takes the three formats of a patch', () => {
    expect(Object.keys(patch().requestBody?.content ?? {})).toEqual([
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
    ]);
  });

  it('takes an apply only where the server can do that', () => {
    const content = patch({ serverSideApply: true }).requestBody?.content ?? {};
    expect(content['application/apply-patch+yaml']).toEqual({ schema: ref(`${META}.Patch`) });
  });
});

describe('the components of a document', () => {
  const document = documentOf();

  it('name the kinds that they are', () => {
    const kinds = (name: string) => document.components.schemas[name]?.['x-kubernetes-group-version-kind'];
    expect(kinds(WIDGET)).toEqual([GVK]);
    expect(kinds(`${WIDGET}List`)).toEqual([{ ...GVK, kind: 'WidgetList' }]);
    expect(kinds(`${META}.Status`)).toEqual([{ group: '', version: 'v1', kind: 'Status' }]);
    expect(kinds(`${META}.DeleteOptions`)).toEqual([
      { group: '', version: 'v1', kind: 'DeleteOptions' },
      { ...GVK, kind: 'DeleteOptions' },
    ]);
    expect(kinds(`${WIDGET}Spec`)).toBeUndefined();
  });

  it('are all there that anything refers to', () => {
    const text = JSON.stringify(document);
    const referred = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(referred.length).toBeGreaterThan(20);
    for (const name of referred) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('have their metadata by reference, described where it is used, and never null', () => {
    expect(property(document, WIDGET, 'metadata')).toEqual({
      description: 'Standard metadata.',
      default: {},
      allOf: [ref(`${META}.ObjectMeta`)],
    });
    expect(property(document, `${META}.ObjectMeta`, 'annotations')?.type).toBe('object');
  });

  it('tell of a field what the field says, and of a shape what the shape says', () => {
    expect(property(document, `${WIDGET}Spec`, 'policy')).toEqual({
      description: 'What the widget may do.',
      allOf: [ref(`${WIDGET}Policy`)],
    });
    expect(document.components.schemas[`${WIDGET}Policy`]?.description).toBe('What is allowed.');
    expect(document.components.schemas[`${WIDGET}Spec`]?.description).toBe('What somebody wants.');
  });

  it('say how a strategic merge patch treats them', () => {
    expect(property(document, `${WIDGET}Spec`, 'tags')).toEqual({
      description: 'Tags of the widget.',
      type: 'array',
      items: { default: {}, allOf: [ref(`${WIDGET}Tag`)] },
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    });
    expect(property(document, `${WIDGET}Spec`, 'content')).toEqual({
      description: 'Whatever there is.',
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-patch-strategy': 'replace',
    });
  });

  it('have scalars with their format, choices and default', () => {
    const field = (name: string) => property(document, `${WIDGET}Tag`, name);
    expect(field('mode')).toMatchObject({ type: 'string', enum: ['Fast', 'Slow'], default: 'Fast' });
    expect(field('weight')).toMatchObject({ type: 'integer', format: 'int64' });
    expect(property(document, `${WIDGET}Policy`, 'local')).toMatchObject({ type: 'boolean', default: false });
    expect(property(document, `${WIDGET}Spec`, 'made')).toMatchObject({ type: 'string', format: 'date-time' });
    expect(property(document, `${WIDGET}Spec`, 'key')).toMatchObject({ type: 'string', format: 'byte' });
    expect(document.components.schemas[`${WIDGET}Tag`]?.required).toEqual(['name']);
  });

  it('have lists of their kind with items', () => {
    expect(document.components.schemas[`${WIDGET}List`]).toMatchObject({
      required: ['items'],
      properties: { items: { type: 'array', items: { allOf: [ref(WIDGET)] } } },
    });
  });

  it('say which lists are maps and sets where the server applies', () => {
    const applying = documentOf(widgets(), { serverSideApply: true });
    expect(property(applying, `${WIDGET}Spec`, 'tags')).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
    expect(property(applying, `${WIDGET}Spec`, 'words')).toMatchObject({ 'x-kubernetes-list-type': 'set' });
    expect(property(applying, `${WIDGET}Spec`, 'parts')).not.toHaveProperty('x-kubernetes-list-type');
  });
});

describe('the index of documents', () => {
  const definitions = [widgets(), shelves];

  it('leads to every group and version under an address that changes with the content', () => {
    const { paths } = JSON.parse(openApiV3Index(definitions).json) as {
      paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
    };
    const hash = (group: string) => openApiV3Document(definitions, group, 'v1')?.hash ?? '';
    expect(paths).toEqual({
      'apis/toys.example.com/v1': {
        serverRelativeURL: `/openapi/v3/apis/toys.example.com/v1?hash=${hash('toys.example.com')}`,
      },
      'api/v1': { serverRelativeURL: `/openapi/v3/api/v1?hash=${hash('')}` },
    });
    expect(openApiV3Document(definitions, '', 'v1', { version: '2' })?.hash).not.toBe(hash(''));
  });

  it('has a tag that is the same for the same content', () => {
    expect(openApiV3Index(definitions).etag).toBe(openApiV3Index(definitions).etag);
    expect(openApiV3Index(definitions).etag).not.toBe(openApiV3Index([shelves]).etag);
    expect(openApiV3Index(definitions).etag).toMatch(/^"[0-9A-F]{64}"$/);
  });

  it('leads nowhere else', () => {
    expect(openApiV3Document(definitions, 'toys.example.com', 'v2')).toBeUndefined();
    expect(openApiV3Document(definitions, 'example.org', 'v1')).toBeUndefined();
  });
});
