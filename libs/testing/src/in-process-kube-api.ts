import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { InProcessHttpsServer, pour } from './in-process-https-server.js';
import { TestAuthority } from './test-authority.js';

/** Somebody whom the API server knows. */
export interface KnownUser {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** A question that the API server was asked. */
export interface SeenQuestion {
  readonly method: string;
  readonly path: string;
  /** Who asked: the bearer token, or the common name of the certificate. */
  readonly by: string;
  readonly spec: Readonly<Record<string, unknown>> | undefined;
}

/** What goes wrong when the API server is asked. */
export type KubeApiFault = 'hangs' | 'fails' | 'endless' | 'no JSON';

/** An access that is asked about, with the parts that a rule may look at. */
export interface AskedAccess {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
}

/** A server that an API server passes requests on to. */
export interface AggregatedServer {
  readonly url: string;
  /** PEM of the authority that it is trusted by. */
  readonly ca: string;
  /** By which the API server proves itself. */
  readonly certificate: { readonly cert: string; readonly key: string };
}

interface Answer {
  readonly code: number;
  readonly body: object;
}

const CONFIG_MAP = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';

/**
 * The parts of a Kubernetes API server on 127.0.0.1 that Tagline asks, for tests: reviews of tokens and of access,
 * namespaces, secrets, and the ConfigMap that says whose word counts. Real HTTPS, and a record of what was asked.
 */
export class InProcessKubeApi {
  /** Questions in the order in which they came. */
  readonly seen: SeenQuestion[] = [];
  /** Goes wrong until it is taken away. */
  fault: KubeApiFault | undefined;
  /** Users by their tokens. */
  readonly tokens = new Map<string, KnownUser>();
  /** What may be done. Nothing, unless a test says otherwise. */
  allows: (access: AskedAccess) => boolean = () => false;
  /** Namespaces and their phases. */
  readonly namespaces = new Map<string, 'Active' | 'Terminating'>([['default', 'Active']]);
  /** Secrets by namespace; `undefined` for a namespace whose secrets may not be seen. */
  readonly secrets = new Map<string, readonly object[] | undefined>();
  /** Data of the ConfigMap `extension-apiserver-authentication`; `undefined` where it may not be seen. */
  extensionAuthentication: Readonly<Record<string, string>> | undefined;
  /**
   * Gets everything that is no question of the above: the APIs that it serves, and the discovery of them. Whoever asks needs
   * a token, and comes in headers to the server behind.
   */
  aggregated: AggregatedServer | undefined;
  /** Tokens of those who may ask. */
  readonly askers = new Set(['token-of-tagline']);
  private readonly server: InProcessHttpsServer;

  private constructor(
    private readonly authority: TestAuthority,
    /** Stands behind the certificates of those who may ask. */
    readonly clients: TestAuthority,
    tls: { readonly cert: string; readonly key: string },
  ) {
    const options = { ...tls, ca: clients.cert, requestCert: true, rejectUnauthorized: false };
    this.server = new InProcessHttpsServer(options, (request, response) => this.handle(request, response));
  }

  static async start(): Promise<InProcessKubeApi> {
    const authority = await TestAuthority.create('kubernetes.example.com');
    const tls = await authority.issue({
      commonName: 'kube-apiserver',
      usages: ['serverAuth'],
      addresses: ['127.0.0.1'],
    });
    const api = new InProcessKubeApi(authority, await TestAuthority.create('kube-clients.example.com'), tls);
    await api.resume();
    return api;
  }

  get url(): string {
    return this.server.url;
  }

  /** PEM of the authority that clients must trust. */
  get ca(): string {
    return this.authority.cert;
  }

  /** A kubeconfig by which Tagline asks. */
  kubeconfig(user: object = { token: 'token-of-tagline' }): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: this.url, 'certificate-authority-data': base64(this.ca) } }],
      users: [{ name: 'tagline', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'tagline' } }],
      'current-context': 'test',
    });
  }

  /** Questions about one resource. */
  asked(resource: string): readonly SeenQuestion[] {
    return this.seen.filter(({ path }) => path.includes(`/${resource}`));
  }

  /** Nobody answers at the address any longer. */
  suspend(): Promise<void> {
    return this.server.suspend();
  }

  /** Answers again, at the same address. */
  resume(): Promise<void> {
    return this.server.resume();
  }

  stop(): Promise<void> {
    return this.suspend();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    if (this.aggregated !== undefined && !this.mayAsk(request, askerOf(request))) {
      await this.passOn(request, response, this.aggregated);
      return;
    }
    const text = (await buffer(request)).toString('utf8');
    const spec = text === '' ? undefined : (JSON.parse(text) as { readonly spec?: SeenQuestion['spec'] }).spec;
    const by = askerOf(request);
    this.seen.push({ method, path, by, spec });
    switch (this.fault) {
      case 'hangs':
        return;
      case 'fails':
        response.writeHead(500).end();
        return;
      case 'endless':
        pour(response);
        return;
      case 'no JSON':
        response.writeHead(200).end('<html>');
        return;
      default: {
        const { code, body } = this.mayAsk(request, by) ? this.answer(path, spec) : status(401);
        response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }
    }
  }

  /** Says who asks, and leaves out by what they proved it. */
  private async passOn(request: IncomingMessage, response: ServerResponse, to: AggregatedServer): Promise<void> {
    const user = this.tokens.get(askerOf(request));
    if (user === undefined) {
      const { code, body } = status(401);
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    const { authorization: _proof, host: _ours, ...headers } = request.headers;
    const passed = httpsRequest(`${to.url}${request.url ?? ''}`, {
      ...{ method: request.method, ca: to.ca, ...to.certificate },
      headers: { ...headers, 'X-Remote-User': user.username, 'X-Remote-Group': [...(user.groups ?? [])] },
    });
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      void pipeline(answer, response).catch(() => undefined);
    });
    passed.on('error', () => response.writeHead(503).end());
    await pipeline(request, passed).catch(() => undefined);
  }

  private mayAsk(request: IncomingMessage, by: string): boolean {
    return (request.socket as TLSSocket).authorized || this.askers.has(by);
  }

  private answer(path: string, spec: SeenQuestion['spec']): Answer {
    const url = new URL(path, this.url);
    if (url.pathname === '/apis/authentication.k8s.io/v1/tokenreviews') return this.reviewToken(spec);
    if (url.pathname === '/apis/authorization.k8s.io/v1/subjectaccessreviews') return this.reviewAccess(spec);
    if (url.pathname === CONFIG_MAP) {
      const data = this.extensionAuthentication;
      return data === undefined ? status(403) : { code: 200, body: { kind: 'ConfigMap', data } };
    }
    const [, namespace = '', secrets] = /^\/api\/v1\/namespaces\/([^/]+)(\/secrets)?$/.exec(url.pathname) ?? [];
    if (namespace === '') return status(404);
    if (secrets !== undefined) return this.listSecrets(namespace, url.searchParams.get('fieldSelector') ?? '');
    return this.getNamespace(namespace);
  }

  private reviewToken(spec: SeenQuestion['spec'] = {}): Answer {
    const user = this.tokens.get(String(spec['token']));
    const answer = user === undefined ? { authenticated: false } : { authenticated: true, user };
    return { code: 201, body: { kind: 'TokenReview', status: answer } };
  }

  private reviewAccess(spec: SeenQuestion['spec'] = {}): Answer {
    const attributes = (spec['resourceAttributes'] ?? spec['nonResourceAttributes']) as object;
    const allowed = this.allows({ ...spec, ...attributes } as unknown as AskedAccess);
    const answer = allowed ? { allowed, reason: 'by a rule of the test' } : { allowed, reason: 'no rule of the test' };
    return { code: 201, body: { kind: 'SubjectAccessReview', status: answer } };
  }

  private listSecrets(namespace: string, selector: string): Answer {
    if (this.secrets.has(namespace) && this.secrets.get(namespace) === undefined) return status(403);
    const items = (this.secrets.get(namespace) ?? []).filter(
      (secret) => selector === `type=${(secret as { readonly type?: string }).type}`,
    );
    return { code: 200, body: { kind: 'SecretList', items } };
  }

  private getNamespace(name: string): Answer {
    const phase = this.namespaces.get(name);
    if (phase === undefined) return status(404);
    const metadata = { name, ...(phase === 'Terminating' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) };
    return { code: 200, body: { kind: 'Namespace', metadata, status: { phase } } };
  }
}

const status = (code: number): Answer => ({ code, body: { kind: 'Status', status: 'Failure', code } });

function askerOf({ headers, socket }: IncomingMessage): string {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  return token ?? String((socket as TLSSocket).getPeerCertificate().subject?.CN ?? '');
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
