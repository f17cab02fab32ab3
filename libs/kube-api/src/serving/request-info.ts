import { badRequest } from '../status.js';

/** What a request asks for, read from its method and path alone. */
export type RequestInfo = ResourceRequest | { readonly kind: 'path'; readonly path: string; readonly verb: string };

export interface ResourceRequest {
  readonly kind: 'resource';
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  /** Empty for the collection. */
  readonly name: string;
  readonly verb: Verb;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/**
 * Reads a request line as Kubernetes does. Every path segment is decoded once.
 *
 * @throws ApiError 400 for a path that is not properly encoded.
 */
export function parseRequest(method: string, rawPath: string, isWatch: boolean): RequestInfo {
  const segments = rawPath
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  const asPath: RequestInfo = { kind: 'path', path: rawPath, verb: method.toLowerCase() };
  const isCore = segments[0] === 'api';
  if (!isCore && segments[0] !== 'apis') return asPath;
  const depth = isCore ? 2 : 3;
  if (segments.length <= depth) return asPath;
  const group = isCore ? '' : (segments[1] ?? '');
  const version = segments[depth - 1] ?? '';
  const rest = segments.slice(depth);
  const place = placeOf(rest);
  const verb = verbOf(method, place.name, isWatch);
  return verb === undefined ? asPath : { kind: 'resource', path: rawPath, group, version, verb, ...place };
}

/** `namespaces/<ns>/<resource>/…` is inside a namespace; `namespaces/<ns>` itself is the namespace. */
function placeOf(rest: readonly string[]): Pick<ResourceRequest, 'resource' | 'subresource' | 'namespace' | 'name'> {
  if (rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize') {
    return { namespace: rest[1], resource: rest[2] ?? '', name: rest[3] ?? '', subresource: rest.slice(4).join('/') };
  }
  return { namespace: undefined, resource: rest[0] ?? '', name: rest[1] ?? '', subresource: rest.slice(2).join('/') };
}

function verbOf(method: string, name: string, isWatch: boolean): Verb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      // There is nothing to be said ahead of a stream that has no end.
      if (isWatch && method === 'GET') return 'watch';
      return name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`invalid URL escape in path segment ${JSON.stringify(segment)}`);
  }
}
