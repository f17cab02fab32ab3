import type { ResourceDefinition } from '../storage/resource.js';
import type { Components, Dialect } from './components.js';
import { componentsOf } from './document-components.js';
import { documentHash } from './document-hash.js';
import type { JsonSchema } from './json-schema.js';
import { operationsOf, REASON_PHRASES } from './operations.js';
import type { Operation } from './operations.js';
import { apiPath, BEARER_TOKEN, infoOf } from './options.js';
import type { OpenApiOptions } from './options.js';
import { pathParameterDescription, PRETTY } from './parameters.js';
import type { PathParameterName, QueryParameter } from './parameters.js';

export interface OpenApiV3Index {
  readonly json: string;
  /** Quoted, as a header carries it. */
  readonly etag: string;
}

export interface OpenApiV3Document {
  readonly json: string;
  /** Of the text, in hexadecimal: with another content the document has another URL. */
  readonly hash: string;
}

/**
 * What `/openapi/v3` answers: where the document of each group and version is. Clients keep a document for ever under
 * its URL, which holds its hash. Building it builds all documents; the caller keeps the result.
 */
export function openApiV3Index(
  definitions: readonly ResourceDefinition[],
  options: OpenApiOptions = {},
): OpenApiV3Index {
  const paths: Record<string, { readonly serverRelativeURL: string }> = {};
  for (const { group, version } of definitions) {
    const name = apiPath({ group, version }).slice(1);
    if (name in paths) continue;
    const hash = openApiV3Document(definitions, group, version, options)?.hash ?? '';
    paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` };
  }
  const json = JSON.stringify({ paths });
  return { json, etag: `"${documentHash(json)}"` };
}

/**
 * What `/openapi/v3/apis/<group>/<version>` answers, or `/openapi/v3/api/v1` for the core group, whose name is empty.
 *
 * @returns nothing where nothing is served in that version.
 */
export function openApiV3Document(
  definitions: readonly ResourceDefinition[],
  group: string,
  version: string,
  options: OpenApiOptions = {},
): OpenApiV3Document | undefined {
  const served = definitions.filter((definition) => definition.group === group && definition.version === version);
  if (served.length === 0) return undefined;
  const components = componentsOf(served, dialect(options));
  const paths = pathsOf(
    served.flatMap((definition) => operationsOf(definition, options)),
    components,
  );
  const json = JSON.stringify({
    openapi: '3.0.0',
    info: infoOf(options),
    paths,
    components: {
      schemas: components.schemas(),
      securitySchemes: { [BEARER_TOKEN.name]: BEARER_TOKEN.scheme },
    },
    security: [{ [BEARER_TOKEN.name]: [] }],
  });
  return { json, hash: documentHash(json) };
}

const dialect = ({ serverSideApply = false }: OpenApiOptions): Dialect => ({
  prefix: '#/components/schemas/',
  wrapsReferences: true,
  listTypes: serverSideApply,
});

type PathItem = Record<string, object>;

function pathsOf(operations: readonly Operation[], components: Components): Readonly<Record<string, PathItem>> {
  const paths: Record<string, PathItem> = {};
  for (const operation of operations) {
    const item = (paths[operation.path] ??= { parameters: sharedParameters(operation) });
    item[operation.method] = operationObject(operation, components);
  }
  return paths;
}

function operationObject(operation: Operation, components: Components): object {
  const { body, kind } = operation;
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    parameters: operation.query.map(queryParameter),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            content: contentOf(body.mediaTypes, components.reference(body.shape)),
            ...(body.required ? { required: true } : {}),
          },
        }),
    responses: responsesOf(operation, components.reference(operation.answer)),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': kind,
  };
}

function responsesOf({ codes, answerTypes }: Operation, answer: JsonSchema): object {
  const successes = codes.map((code): [number, object] => [
    code,
    { description: REASON_PHRASES[code], content: contentOf(answerTypes, answer) },
  ]);
  return { ...Object.fromEntries(successes), 401: { description: 'Unauthorized' } };
}

const contentOf = (mediaTypes: readonly string[], schema: JsonSchema): object =>
  Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }]));

const sharedParameters = ({ pathParameters, kind }: Operation): object[] => [
  ...pathParameters.map((name) => pathParameter(name, kind.kind)),
  queryParameter(PRETTY),
];

const pathParameter = (name: PathParameterName, kind: string): object => ({
  name,
  in: 'path',
  description: pathParameterDescription(name, kind),
  required: true,
  schema: { type: 'string', uniqueItems: true },
});

const queryParameter = ({ name, type, description }: QueryParameter): object => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
});
