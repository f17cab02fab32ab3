import type { ResourceDefinition } from '../storage/resource.js';
import type { Components, Dialect } from './components.js';
import { componentsOf } from './document-components.js';
import { documentHash } from './document-hash.js';
import { encodeGnosticDocument } from './gnostic-document.js';
import { operationsOf, REASON_PHRASES } from './operations.js';
import type { Operation } from './operations.js';
import { BEARER_TOKEN, infoOf } from './options.js';
import type { OpenApiOptions } from './options.js';
import { pathParameterDescription, PRETTY } from './parameters.js';
import type { PathParameterName, QueryParameter } from './parameters.js';
import type { SwaggerDocument, SwaggerOperation, SwaggerParameter, SwaggerPathItem } from './swagger-document.js';

/** How clients ask for the protobuf form. */
export const OPENAPI_V2_PROTOBUF_ACCEPTED: readonly string[] = [
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
];

/**
 * Content type of the protobuf form. It must not be the one that clients ask for: an `@` is no part of a media type,
 * and kubectl gives up with "mime: unexpected content after media subtype" when it reads one in an answer.
 */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export interface OpenApiV2 {
  readonly json: string;
  /** The same as an `openapi.v2.Document` message of gnostic, the only form that kubectl asks for. */
  readonly protobuf: Buffer;
  /** Quoted, as a header carries it; one for both forms. */
  readonly etag: string;
}

/** What `/openapi/v2` answers: one document for everything that is served. The caller keeps the result. */
export function openApiV2(definitions: readonly ResourceDefinition[], options: OpenApiOptions = {}): OpenApiV2 {
  const components = componentsOf(definitions, dialect(options));
  const paths = pathsOf(
    definitions.flatMap((definition) => operationsOf(definition, options)),
    components,
  );
  const document: SwaggerDocument = {
    swagger: '2.0',
    info: infoOf(options),
    paths,
    definitions: components.schemas(),
    securityDefinitions: { [BEARER_TOKEN.name]: BEARER_TOKEN.scheme },
    security: [{ [BEARER_TOKEN.name]: [] }],
  };
  const json = JSON.stringify(document);
  return { json, protobuf: encodeGnosticDocument(document), etag: `"${documentHash(json)}"` };
}

const dialect = ({ serverSideApply = false }: OpenApiOptions): Dialect => ({
  prefix: '#/definitions/',
  wrapsReferences: false,
  listTypes: serverSideApply,
});

function pathsOf(operations: readonly Operation[], components: Components): SwaggerDocument['paths'] {
  const paths: Record<string, SwaggerPathItem> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      parameters: sharedParameters(operation),
      ...paths[operation.path],
      [operation.method]: operationObject(operation, components),
    };
  }
  return paths;
}

function operationObject(operation: Operation, components: Components): SwaggerOperation {
  const { body, query, codes, answerTypes } = operation;
  const schema = components.reference(operation.answer);
  const successes = codes.map((code) => [code, { description: REASON_PHRASES[code], schema }] as const);
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    ...(body === undefined ? {} : { consumes: body.mediaTypes }),
    produces: answerTypes,
    parameters: [
      ...(body === undefined
        ? []
        : [{ name: 'body', in: 'body', required: body.required, schema: components.reference(body.shape) } as const]),
      ...query.map(queryParameter),
    ],
    responses: { ...Object.fromEntries(successes), 401: { description: 'Unauthorized' } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}

const sharedParameters = ({ pathParameters, kind }: Operation): readonly SwaggerParameter[] => [
  ...pathParameters.map((name) => pathParameter(name, kind.kind)),
  queryParameter(PRETTY),
];

const pathParameter = (name: PathParameterName, kind: string): SwaggerParameter => ({
  name,
  in: 'path',
  description: pathParameterDescription(name, kind),
  required: true,
  type: 'string',
  uniqueItems: true,
});

const queryParameter = ({ name, type, description }: QueryParameter): SwaggerParameter => ({
  name,
  in: 'query',
  description,
  required: false,
  type,
  uniqueItems: true,
});
