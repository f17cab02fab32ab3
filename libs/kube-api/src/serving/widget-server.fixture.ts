import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { widgets } from '../openapi/widget.fixture.js';
import { alreadyExists, notFound } from '../status.js';
import type { RequestContext } from '../storage/request-context.js';
import {
  listOf,
  viewOf,
  type ChangeBatch,
  type Desired,
  type KubeObject,
  type ListResult,
  type ObjectKey,
  type ObjectView,
  type ResourceStorage,
  type WriteOptions,
  type Written,
} from '../storage/resource.js';
import { ApiServer } from './api-server.js';
import { ResourceRegistry } from './resource-registry.js';

const WIDGETS = { group: 'toys.example.com', resource: 'widgets' };

/** Keeps widgets in memory, as simply as a resource can. */
export class WidgetStorage implements ResourceStorage {
  readonly widgets = new Map<string, KubeObject>();
  version = 0;
  private readonly waiting = new Set<() => void>();

  async get(_context: RequestContext, { name }: ObjectKey): Promise<ObjectView> {
    return viewOf(this.found(name));
  }

  async list(): Promise<ListResult> {
    return listOf(
      `${this.version}`,
      [...this.widgets.values()].map((widget) => viewOf(widget)),
    );
  }

  async *watch({ signal }: RequestContext, _scope: object, after: number): AsyncIterable<ChangeBatch> {
    let reached = after;
    while (!signal.aborted) {
      const changes = [...this.widgets.values()]
        .map((widget) => viewOf(widget))
        .filter(({ resourceVersion }) => Number(resourceVersion) > reached);
      reached = this.version;
      if (changes.length > 0) {
        const seen = changes.map((view) => ({ type: 'MODIFIED', view, previous: view }) as const);
        yield { resourceVersion: `${reached}`, changes: seen };
      }
      if (!signal.aborted && reached === this.version) await this.changeAfter(signal);
    }
  }

  async create(
    _context: RequestContext,
    { namespace }: Partial<ObjectKey>,
    widget: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<ObjectView> {
    const { name } = widget.metadata;
    if (this.widgets.has(name)) throw alreadyExists(WIDGETS, name);
    const created = {
      ...widget,
      metadata: { ...widget.metadata, uid: `uid-of-${name}`, ...(namespace && { namespace }) },
    };
    return viewOf(dryRun ? created : this.keep(created));
  }

  async update(
    _context: RequestContext,
    { name }: ObjectKey,
    desired: Desired,
    { dryRun }: WriteOptions,
  ): Promise<Written> {
    const before = this.found(name);
    const wanted = desired(before);
    const isSame = isDeepStrictEqual(wanted, before);
    return { view: viewOf(dryRun || isSame ? wanted : this.keep(wanted)), created: false };
  }

  private found(name: string): KubeObject {
    const widget = this.widgets.get(name);
    if (widget === undefined) throw notFound(WIDGETS, name);
    return widget;
  }

  private keep(widget: KubeObject): KubeObject {
    const kept = { ...widget, metadata: { ...widget.metadata, resourceVersion: `${++this.version}` } };
    this.widgets.set(kept.metadata.name, kept);
    for (const wake of this.waiting) wake();
    return kept;
  }

  private changeAfter(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

export const PATH = '/apis/toys.example.com/v1/namespaces/shop/widgets';

export interface Answer {
  readonly code: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

/** A server that has widgets and nothing else, reached over HTTP. */
export class WidgetServer {
  private constructor(
    private readonly server: Server,
    readonly storage: WidgetStorage,
    /** What may not be done. */
    readonly forbidden: Set<string>,
  ) {}

  static async start(): Promise<WidgetServer> {
    const storage = new WidgetStorage();
    const forbidden = new Set<string>();
    const api = new ApiServer({
      resources: new ResourceRegistry([{ ...widgets(storage), ownership: {} }]),
      access: {
        authenticate: async () => ({ name: 'ann', uid: '', groups: [], extra: {} }),
        groupsOf: () => [],
        authorize: async ({ verb }) => ({ allowed: !forbidden.has(verb), reason: `ann cannot ${verb}` }),
      },
      paths: () => undefined,
      latestVersion: async () => storage.version,
    });
    const server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const url = new URL(request.url ?? '/', 'http://widgets.example.com');
        const { method = 'GET', headers } = request;
        const { pathname: path, searchParams: query } = url;
        return api.serve({ method, path, query, headers, body, sourceAddress: '', requestId: 'r' }, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WidgetServer(server, storage, forbidden);
  }

  async request(
    method: string,
    path: string,
    { body, headers = {} }: { body?: object | string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { port } = this.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'accept-encoding': 'identity', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
    return { code: response.status, headers: response.headers, text, json };
  }

  apply(name: string, config: object | string, query = 'fieldManager=a'): Promise<Answer> {
    return this.request('PATCH', `${PATH}/${name}?${query}`, {
      body: config,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
