import type { IncomingMessage } from 'node:http';
import { MediaType, parseManifest, sha256Digest } from '#lib/registry';
import type { RegistryContent } from './registry-content.js';
import { Uploads } from './uploads.js';

/** An answer before it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** What a request is about; the kinds that are counted. */
export type RequestKind = 'ping' | 'token' | 'tags' | 'manifest' | 'blob' | 'upload' | 'other';

export interface Route {
  readonly kind: RequestKind;
  readonly repository?: string;
  /** Tag, digest or upload. */
  readonly item: string;
}

/** Finds out what a path means. */
export function routeOf(path: string): Route {
  if (path === '/v2/' || path === '/v2') return { kind: 'ping', item: '' };
  if (path === '/token') return { kind: 'token', item: '' };
  const [, repository, kind, item = ''] =
    /^\/v2\/(.+?)\/(tags\/list|manifests|blobs\/uploads|blobs)(?:\/([^/]*))?$/.exec(path) ?? [];
  if (repository === undefined || kind === undefined) return { kind: 'other', item: path };
  return { kind: KINDS[kind] ?? 'other', repository, item };
}

const KINDS: Readonly<Record<string, RequestKind>> = {
  'tags/list': 'tags',
  manifests: 'manifest',
  'blobs/uploads': 'upload',
  blobs: 'blob',
};

/** The distribution API over the content in memory. */
export class RegistryRoutes {
  private readonly uploads: Uploads;

  constructor(
    private readonly content: RegistryContent,
    /** Entries of one page of tags where the caller does not say; undefined: all. */
    private readonly pageSize: number | undefined,
  ) {
    this.uploads = new Uploads(content);
  }

  answer(route: Route, request: IncomingMessage, query: URLSearchParams, body: Buffer): Answer {
    const { kind, repository = '', item } = route;
    switch (kind) {
      case 'ping':
        return json(200, {});
      case 'tags':
        return this.tags(repository, query);
      case 'manifest':
        return request.method === 'PUT'
          ? this.putManifest(repository, item, request, body)
          : this.manifest(repository, item);
      case 'blob':
        return this.blob(repository, item);
      case 'upload':
        return this.upload(request.method ?? '', repository, item, query, body);
      case 'token':
      case 'other':
        return refusal(404, 'UNSUPPORTED', 'no such thing here');
    }
  }

  private tags(repository: string, query: URLSearchParams): Answer {
    const all = this.content.tags(repository);
    if (all === undefined) return refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry');
    const last = query.get('last');
    const size = Number(query.get('n') ?? this.pageSize ?? Infinity);
    const remaining = all.filter((tag) => last === null || tag > last);
    const page = remaining.slice(0, size);
    const end = page.at(-1);
    const more = page.length < remaining.length && end !== undefined;
    const next = more ? `</v2/${repository}/tags/list?n=${size}&last=${encodeURIComponent(end)}>; rel="next"` : '';
    return json(200, { name: repository, tags: page }, next === '' ? {} : { link: next });
  }

  private manifest(repository: string, reference: string): Answer {
    const found = this.content.manifest(repository, reference);
    if (found === undefined) return refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    return {
      status: 200,
      headers: { 'content-type': found.mediaType, 'docker-content-digest': found.digest },
      body: found.bytes,
    };
  }

  private putManifest(repository: string, reference: string, request: IncomingMessage, bytes: Buffer): Answer {
    const mediaType = request.headers['content-type'] ?? MediaType.ociManifest;
    try {
      const manifest = parseManifest(bytes, mediaType);
      const digest = sha256Digest(manifest.kind === 'schema1' ? manifest.canonicalPayload : bytes);
      const byDigest = reference.includes(':');
      if (byDigest && reference !== digest) return refusal(400, 'DIGEST_INVALID', 'digest and content differ');
      this.content.putManifest(repository, { mediaType, bytes }, digest, byDigest ? undefined : reference);
      const location = `/v2/${repository}/manifests/${digest}`;
      return { status: 201, headers: { location, 'docker-content-digest': digest } };
    } catch {
      return refusal(400, 'MANIFEST_INVALID', 'manifest invalid');
    }
  }

  private blob(repository: string, digest: string): Answer {
    const body = this.content.blob(repository, digest);
    if (body === undefined) return refusal(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': digest },
      body,
    };
  }

  private upload(method: string, repository: string, id: string, query: URLSearchParams, body: Buffer): Answer {
    const digest = query.get('digest');
    const upload = method === 'POST' ? this.uploads.begin() : id;
    const size = this.uploads.append(upload, body);
    if (size === undefined) return refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    if (digest !== null && method !== 'PATCH') {
      if (!this.uploads.finish(upload, repository, digest))
        return refusal(400, 'DIGEST_INVALID', 'digest and content differ');
      const location = `/v2/${repository}/blobs/${digest}`;
      return { status: 201, headers: { location, 'docker-content-digest': digest } };
    }
    const location = `/v2/${repository}/blobs/uploads/${upload}`;
    return { status: 202, headers: { location, 'docker-upload-uuid': upload, range: `0-${Math.max(0, size - 1)}` } };
  }
}

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(value)),
});

export const refusal = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => json(status, { errors: [{ code, message }] }, headers);
