import type { Endpoint } from './http-connection.js';

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object | string;
  readonly contentType?: string;
  readonly accept?: string;
}

/** A request as the bytes that go over the wire. */
export function requestBytes({ host, port, token }: Endpoint, request: Request): Buffer {
  const { method = 'GET', path, body, contentType = 'application/json', accept = 'application/json' } = request;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const head =
    `${method} ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nAuthorization: Bearer ${token}\r\n` +
    `User-Agent: tagline-bench\r\nAccept: ${accept}\r\n` +
    (body === undefined ? '' : `Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`);
  return Buffer.from(`${head}\r\n${text}`);
}

const API = '/apis/image.openshift.io/v1';

/** Path of a collection of the image API, in a namespace or in the cluster. */
export const collectionPath = (resource: string, namespace?: string): string =>
  namespace === undefined ? `${API}/${resource}` : `${API}/namespaces/${namespace}/${resource}`;
