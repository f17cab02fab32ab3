import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerWithFault, FaultPlan, type AnswerChange, type Fault, type FaultOptions } from './faults.js';
import {
  buildImage,
  buildIndex,
  type BuiltImage,
  type BuiltIndex,
  type ImageDescription,
  type IndexDescription,
} from './image-builder.js';
import { RegistryAccess, type RegistryAuth } from './registry-access.js';
import { RegistryContent } from './registry-content.js';
import {
  json,
  refusal,
  RegistryRoutes,
  routeOf,
  type Answer,
  type RequestKind,
  type Route,
} from './registry-routes.js';

export interface InProcessRegistryOptions {
  readonly auth?: RegistryAuth;
  /** PEM; with it the registry speaks TLS only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Tags of one page where the caller does not say; default all. */
  readonly tagPageSize?: number;
  /** How long each answer takes at least, as from a registry that is far away. */
  readonly delayMs?: number;
}

/** A request that the registry got. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly kind: RequestKind;
  /** Scheme of the `Authorization` header. */
  readonly authorization: string | undefined;
}

/**
 * A registry of the OCI distribution API on 127.0.0.1, for tests: real HTTP, content in memory, faults on demand, and
 * a record of what it was asked.
 */
export class InProcessRegistry {
  /** Requests in the order in which they came. */
  readonly seen: SeenRequest[] = [];
  private readonly content = new RegistryContent();
  private readonly faults = new FaultPlan();
  private readonly access: RegistryAccess;
  private readonly routes: RegistryRoutes;
  private readonly server: Server;

  private constructor(private readonly options: InProcessRegistryOptions) {
    this.access = new RegistryAccess(options.auth ?? { mode: 'anonymous' }, () => this.url);
    this.routes = new RegistryRoutes(this.content, options.tagPageSize);
    const { delayMs = 0 } = options;
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.handle(request, response);
    const listener: typeof handle =
      delayMs === 0 ? handle : (request, response) => void setTimeout(handle, delayMs, request, response);
    this.server = options.tls ? createHttpsServer(options.tls, listener) : createHttpServer(listener);
    // As a server does that gets TLS where it expects HTTP; clients that broke off get nothing.
    this.server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      else socket.destroy();
    });
  }

  static async start(options: InProcessRegistryOptions = {}): Promise<InProcessRegistry> {
    const registry = new InProcessRegistry(options);
    await new Promise<void>((resolve, reject) => {
      registry.server.once('error', reject);
      registry.server.listen(0, '127.0.0.1', resolve);
    });
    return registry;
  }

  /** `127.0.0.1:port`, as it stands in references. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.options.tls ? 'https' : 'http'}://${this.host}`;
  }

  /** Puts an image into the registry. */
  image(description: ImageDescription): BuiltImage {
    return buildImage(this.content, description);
  }

  /** Puts an index of images into the registry. */
  index(description: IndexDescription): BuiltIndex {
    return buildIndex(this.content, description);
  }

  /** Puts any bytes as a manifest; they need not be one. */
  rawManifest(repository: string, tag: string, mediaType: string, text: string, digest: string): void {
    this.content.putManifest(repository, { mediaType, bytes: Buffer.from(text) }, digest, tag);
  }

  /** Puts any bytes as a blob and gives their digest. */
  rawBlob(repository: string, content: string | Buffer): string {
    return this.content.putBlob(repository, Buffer.from(content));
  }

  deleteTag(repository: string, tag: string): void {
    this.content.deleteTag(repository, tag);
  }

  /**
   * Makes requests go wrong whose path (with query) matches.
   *
   * @returns what makes them go right again.
   */
  fault(path: RegExp, fault: Fault, options?: FaultOptions): () => void {
    return this.faults.add(path, fault, options);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  revokeTokens(): void {
    this.access.revokeTokens();
  }

  /** How many requests of a kind came, by one method or any. */
  count(kind: RequestKind, method?: string): number {
    return this.seen.filter((request) => request.kind === kind && (method ?? request.method) === request.method).length;
  }

  /** Forgets which requests came. */
  resetCounters(): void {
    this.seen.length = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    const { pathname, searchParams } = new URL(path, this.url);
    const route = routeOf(pathname);
    const authorization = request.headers.authorization?.split(' ', 1)[0];
    this.seen.push({ method, path, kind: route.kind, authorization });
    const fault = this.faults.strikes(method, path);
    if (fault !== undefined && answerWithFault(fault, request, response)) return;
    try {
      const answer = this.answer(route, request, searchParams, await readBody(request));
      send(answer, method, response, fault as AnswerChange | undefined);
    } catch {
      // The client went away in the middle of its request.
      response.destroy();
    }
  }

  private answer(route: Route, request: IncomingMessage, query: URLSearchParams, body: Buffer): Answer {
    if (route.kind === 'token') {
      const { status, body: answer } = this.access.issue(request, query);
      return json(status, answer);
    }
    const verdict = this.access.check(request, route.repository);
    if (verdict.allowed) return this.routes.answer(route, request, query, body);
    return refusal(401, verdict.code, 'authentication required', { 'www-authenticate': verdict.challenge });
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(answer: Answer, method: string, response: ServerResponse, change: AnswerChange | undefined): void {
  const right = answer.body ?? Buffer.alloc(0);
  const body = change?.kind === 'corrupt' ? corrupted(right) : right;
  response.writeHead(answer.status, {
    'docker-distribution-api-version': 'registry/2.0',
    ...answer.headers,
    'content-length': String(body.length),
    ...(change?.kind === 'wrong-digest' && { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }),
    ...(change?.kind === 'headers' && change.headers),
  });
  if (method === 'HEAD') {
    response.end();
  } else if (change?.kind === 'truncated') {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  } else {
    response.end(body);
  }
}

/** Another content that still is JSON where the right one was. */
const corrupted = (body: Buffer): Buffer => Buffer.concat([body, Buffer.from('\n')]);
