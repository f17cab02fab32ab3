import { decodeProtobufBody } from '../protobuf/decode-body.js';
import { compileDecoder } from '../schema/decode.js';
import { fieldWarnings, parseFieldValidation } from '../schema/field-validation.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../schema/json.js';
import { duplicateFields, parseJsonBody } from '../schema/strict-json.js';
import { parseYamlBody } from '../schema/yaml-body.js';
import { ApiError, badRequest } from '../status.js';
import type { KubeObject } from '../storage/resource.js';
import type { ApiRequest } from './api-request.js';
import type { Target } from './resource-registry.js';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const ACCEPTED = ['application/json', 'application/yaml', PROTOBUF] as const;

export const mediaTypeOf = ({ headers }: ApiRequest): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * Reads the body as JSON, whatever form it came in. No content type means JSON, as with `kubectl create --raw`.
 *
 * @throws ApiError 400 for a body that cannot be read, 415 for a form that is not known.
 */
export function parseBody(request: ApiRequest): { json: JsonValue; text: string } {
  const body = request.body ?? Buffer.alloc(0);
  switch (mediaTypeOf(request)) {
    case '':
    case 'application/json': {
      const text = body.toString('utf8');
      return { json: parseJsonBody(text), text };
    }
    case 'application/yaml':
      return { json: parseYamlBody(body.toString('utf8')), text: '' };
    case PROTOBUF:
      return { json: decodeProtobufBody(body), text: '' };
    default:
      throw new ApiError(
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: ${ACCEPTED.join(', ')}`,
      );
  }
}

/** Reads the object that a create or update sends, in the terms of its kind. */
export function readObject(
  request: ApiRequest,
  target: Target,
  verb: 'create' | 'update',
  warn: (text: string) => void,
): KubeObject {
  const { json, text } = parseBody(request);
  assertKind(json, target);
  const options = verb === 'create' ? 'CreateOptions' : 'UpdateOptions';
  return conform(json, target, { request, options, text, warn });
}

/**
 * Reads a configuration that is applied: JSON or YAML.
 *
 * @throws ApiError 400 where it is no object of the resource's kind.
 */
export function readConfiguration(request: ApiRequest, target: Target, warn: (text: string) => void): KubeObject {
  const body = request.body?.toString('utf8') ?? '';
  // All JSON is YAML, but reading it as such takes a hundred times as long.
  const isJson = body.trimStart().startsWith('{');
  const json = isJson ? parseJsonBody(body) : parseYamlBody(body);
  assertKind(json, target);
  return conform(json, target, { request, options: 'PatchOptions', text: isJson ? body : '', warn });
}

/** Brings a JSON value into the shape of its kind; what does not belong there is dropped, reported or refused. */
export function conform(
  json: JsonValue,
  target: Target,
  {
    request,
    options,
    text,
    warn,
  }: {
    readonly request: ApiRequest;
    readonly options: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';
    /** The JSON text, where duplicate fields are to be looked for. */
    readonly text: string;
    readonly warn: (text: string) => void;
  },
): KubeObject {
  const { value, unknown } = compileDecoder(target.schema)(json);
  // kubectl names what it wants. A client that does not is not told of every field that it sends too much.
  const mode = parseFieldValidation(request.query, options, 'Ignore');
  if (mode !== 'Ignore') {
    const duplicates = text === '' ? [] : duplicateFields(text);
    for (const warning of fieldWarnings(mode, target.schema, { unknown, duplicates })) warn(warning);
  }
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
  const typed: JsonObject = { ...value, kind: target.kind, apiVersion: apiVersionOf(target), metadata };
  return typed as unknown as KubeObject;
}

export const apiVersionOf = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? version : `${group}/${version}`;

/** A body that says what it is must say what the path says; one that says nothing is taken for it. */
function assertKind(json: JsonValue, target: Target): void {
  if (!isJsonObject(json)) throw badRequest(`the body of the request is not an object of kind ${target.kind}`);
  const kind = textOf(json['kind']);
  const apiVersion = textOf(json['apiVersion']);
  const kindFits = kind === '' || kind === target.kind;
  const versionFits = apiVersion === '' || apiVersion === apiVersionOf(target);
  if (kindFits && versionFits) return;
  throw badRequest(
    `the API version in the data (${apiVersion}, Kind=${kind}) does not match the expected ` +
      `API version (${apiVersionOf(target)}, Kind=${target.kind})`,
  );
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
