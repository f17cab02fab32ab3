import type { ApiResource } from '../discovery/api-resource.js';
import { Discovery } from '../discovery/discovery.js';
import { parseAccept } from '../negotiation/response-form.js';
import { openApiV2, OPENAPI_V2_PROTOBUF, OPENAPI_V2_PROTOBUF_ACCEPTED } from '../openapi/openapi-v2.js';
import { openApiV3Document, openApiV3Index } from '../openapi/openapi-v3.js';
import type { OpenApiOptions } from '../openapi/options.js';
import { jsonResponse, type ApiRequest, type ApiResponse } from '../serving/api-request.js';
import type { PathHandler } from '../serving/api-server.js';
import { subresourceVerbsOf, verbsOf } from '../serving/resource-registry.js';
import type { ResourceDefinition } from '../storage/resource.js';

/** What `/version` says. Clients compare `major` and `minor` with their own. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

const SHOWN: OpenApiOptions = { serverSideApply: true };

/**
 * The paths that are no resources: what the server has, in every form that clients ask for it, and its version. Made at
 * the first request for each, and kept.
 */
export function serverPaths(definitions: readonly ResourceDefinition[], version: VersionInfo): PathHandler {
  const discovery = new Discovery(definitions.map(describe));
  const v2 = lazy(() => openApiV2(definitions, SHOWN));
  const v3Index = lazy(() => openApiV3Index(definitions, SHOWN));
  const v3Documents = new Map<string, ReturnType<typeof openApiV3Document>>();
  const v3Document = (group: string, of: string): ReturnType<typeof openApiV3Document> => {
    const key = `${group}/${of}`;
    if (!v3Documents.has(key)) v3Documents.set(key, openApiV3Document(definitions, group, of, SHOWN));
    return v3Documents.get(key);
  };

  return (request) => {
    const path = request.path.length > 1 ? request.path.replace(/\/+$/, '') : request.path;
    if (path === '/') return jsonResponse(200, { paths: rootPaths(definitions) });
    if (path === '/version') return jsonResponse(200, version);
    if (path === '/openapi/v2') return openApiV2Answer(request, v2());
    if (path === '/openapi/v3') return cached(request, v3Index().json, v3Index().etag);
    if (path.startsWith('/openapi/v3/')) {
      const place = groupVersion(path.slice('/openapi/v3/'.length));
      const document = place && v3Document(place.group, place.version);
      return document && cached(request, document.json, `"${document.hash}"`, immutable(request, document.hash));
    }
    const { accept, host = '' } = request.headers;
    const answer = discovery.answer(path, accept, host);
    return (
      answer && cached(request, answer.document.body, answer.document.etag, { vary: 'Accept' }, answer.contentType)
    );
  };
}

function openApiV2Answer(request: ApiRequest, { json, protobuf, etag }: ReturnType<typeof openApiV2>): ApiResponse {
  const offers = parseAccept(request.headers.accept ?? '');
  const wantsProtobuf = offers.some(({ mediaType }) => OPENAPI_V2_PROTOBUF_ACCEPTED.includes(mediaType));
  return wantsProtobuf
    ? cached(request, protobuf, etag, { vary: 'Accept' }, OPENAPI_V2_PROTOBUF)
    : cached(request, json, etag, { vary: 'Accept' });
}

/** An answer that changes with the server only: a client that has it already is told so. */
function cached(
  request: ApiRequest,
  body: string | Buffer,
  etag: string,
  headers: Readonly<Record<string, string>> = {},
  contentType = 'application/json',
): ApiResponse {
  const known = request.headers['if-none-match'];
  const isKnown = known !== undefined && known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  if (isKnown) return { code: 304, contentType, headers: { etag, ...headers }, body: '' };
  return { code: 200, contentType, headers: { etag, ...headers }, body };
}

/** A document that was asked for by its hash never changes. */
const immutable = (request: ApiRequest, hash: string): Record<string, string> =>
  request.query.get('hash') === hash ? { 'cache-control': 'public, immutable, max-age=31536000' } : {};

function groupVersion(text: string): { group: string; version: string } | undefined {
  const parts = text.split('/');
  if (parts[0] === 'api' && parts.length === 2) return { group: '', version: parts[1] ?? '' };
  if (parts[0] === 'apis' && parts.length === 3) return { group: parts[1] ?? '', version: parts[2] ?? '' };
  return undefined;
}

function rootPaths(definitions: readonly ResourceDefinition[]): string[] {
  const groups = definitions.flatMap(({ group, version }) =>
    group === '' ? [`/api/${version}`] : [`/apis/${group}`, `/apis/${group}/${version}`],
  );
  const own = ['/api', '/apis', '/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
  return [...new Set([...own, ...groups])].sort();
}

const describe = ({ storage, subresources = [], ...resource }: ResourceDefinition): ApiResource => ({
  ...resource,
  shortNames: resource.shortNames ?? [],
  categories: resource.categories ?? [],
  verbs: verbsOf(storage),
  subresources: subresources.map((sub) => ({ ...sub, verbs: subresourceVerbsOf(sub) })),
});

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
