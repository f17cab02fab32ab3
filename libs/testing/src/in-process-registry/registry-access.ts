import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who may use the in-process registry, and how they prove it. */
export type RegistryAuth =
  | { readonly mode: 'anonymous' }
  | { readonly mode: 'basic'; readonly username: string; readonly password: string }
  | {
      /** Tokens from the registry's own `/token`. */
      readonly mode: 'bearer';
      readonly username: string;
      readonly password: string;
      /** Repositories for which everybody gets a token. */
      readonly publicRepositories?: readonly string[];
      /** Seconds for which a token is good; default 300. */
      readonly expiresIn?: number;
      /** The name under which the answer holds the token; default `token`. */
      readonly tokenField?: 'token' | 'access_token';
    };

/** The answer of the access control to one request: go on, or a status with its headers. */
export type Verdict =
  { readonly allowed: true } | { readonly allowed: false; readonly challenge: string; readonly code: 'UNAUTHORIZED' };

/** Checks credentials and tokens for the in-process registry. */
export class RegistryAccess {
  private readonly tokens = new Map<string, { readonly scope: string; readonly until: number }>();

  constructor(
    private readonly auth: RegistryAuth,
    private readonly url: () => string,
  ) {}

  check(request: IncomingMessage, repository: string | undefined): Verdict {
    switch (this.auth.mode) {
      case 'anonymous':
        return { allowed: true };
      case 'basic':
        return this.presentsPassword(request)
          ? { allowed: true }
          : { allowed: false, challenge: 'Basic realm="registry"', code: 'UNAUTHORIZED' };
      case 'bearer':
        return this.presentsToken(request, repository)
          ? { allowed: true }
          : { allowed: false, challenge: this.bearerChallenge(repository), code: 'UNAUTHORIZED' };
    }
  }

  /** The answer of `/token`. */
  issue(request: IncomingMessage, query: URLSearchParams): { readonly status: number; readonly body: unknown } {
    if (this.auth.mode !== 'bearer') return { status: 404, body: {} };
    const scope = query.get('scope') ?? '';
    const [, repository = ''] = scope.split(':');
    const identified = this.presentsPassword(request);
    if (request.headers.authorization !== undefined && !identified) {
      return { status: 401, body: { details: 'incorrect username or password' } };
    }
    const { publicRepositories = [], expiresIn = 300, tokenField = 'token' } = this.auth;
    // As Docker Hub does, everybody gets a token; without rights it opens nothing.
    const granted = identified || publicRepositories.includes(repository) ? scope : '';
    const token = randomBytes(24).toString('base64url');
    this.tokens.set(token, { scope: granted, until: Date.now() + expiresIn * 1_000 });
    return { status: 200, body: { [tokenField]: token, expires_in: expiresIn } };
  }

  /** All tokens cease to be good. */
  revokeTokens(): void {
    this.tokens.clear();
  }

  private presentsPassword(request: IncomingMessage): boolean {
    if (this.auth.mode === 'anonymous') return false;
    const expected = Buffer.from(`${this.auth.username}:${this.auth.password}`).toString('base64');
    return request.headers.authorization === `Basic ${expected}`;
  }

  private presentsToken(request: IncomingMessage, repository: string | undefined): boolean {
    const value = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const token = this.tokens.get(value);
    if (token === undefined || token.until <= Date.now()) return false;
    return repository === undefined || token.scope.startsWith(`repository:${repository}:`);
  }

  private bearerChallenge(repository: string | undefined): string {
    const scope = repository === undefined ? '' : `,scope="repository:${repository}:pull"`;
    return `Bearer realm="${this.url()}/token",service="in-process"${scope}`;
  }
}
