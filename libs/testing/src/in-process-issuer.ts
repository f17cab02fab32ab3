import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { InProcessHttpsServer, pour } from './in-process-https-server.js';
import { TestAuthority } from './test-authority.js';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

interface SigningKey extends Keys {
  readonly kid: string;
  readonly algorithm: string;
}

export interface TokenOptions {
  /** Signed by a key that is not among those that the issuer publishes, under the name of one that is. */
  readonly forged?: boolean;
  readonly expiresIn?: number;
}

/** What goes wrong when the issuer is asked. */
export type IssuerFault = 'hangs' | 'fails' | 'endless' | 'another issuer' | 'keys over http' | 'redirects';

const WELL_KNOWN = '/.well-known/openid-configuration';

/** An OpenID provider on 127.0.0.1, for tests: real HTTPS, keys that rotate, and faults on demand. */
export class InProcessIssuer {
  /** Paths that were asked for, in order. */
  readonly seen: string[] = [];
  /** Goes wrong until it is taken away. */
  fault: IssuerFault | undefined;
  private published: SigningKey[] = [];
  private readonly server: InProcessHttpsServer;

  private constructor(
    /** PEM of the authority that clients must trust. */
    readonly ca: string,
    tls: { readonly cert: string; readonly key: string },
    private readonly path: string,
  ) {
    this.server = new InProcessHttpsServer(tls, (request, response) => this.answer(request, response));
  }

  /** @param path of the issuer below its host, with a slash in front. */
  static async start({ algorithm = 'RS256', path = '' } = {}): Promise<InProcessIssuer> {
    const authority = await TestAuthority.create('issuer.example.com');
    const tls = await authority.issue({ commonName: 'issuer', usages: ['serverAuth'], addresses: ['127.0.0.1'] });
    const issuer = new InProcessIssuer(authority.cert, tls, path);
    await issuer.rotate(algorithm);
    await issuer.resume();
    return issuer;
  }

  get url(): string {
    return `${this.server.url}${this.path}`;
  }

  /** From now on signs with a new key; the one before is published on, unless it is to be taken back. */
  async rotate(algorithm = this.published[0]?.algorithm ?? 'RS256', { takeBack = false } = {}): Promise<void> {
    const keys = await generateKeyPair(algorithm, { extractable: true });
    this.published = [{ ...keys, kid: randomUUID(), algorithm }, ...(takeBack ? [] : this.published)];
  }

  /** An ID token, signed with the newest key. Claims replace those that it has by itself; `undefined` leaves one out. */
  async token(
    claims: Readonly<Record<string, unknown>>,
    { forged = false, expiresIn = 600 }: TokenOptions = {},
  ): Promise<string> {
    const key = this.newest;
    const now = Math.floor(Date.now() / 1_000);
    const own = { iss: this.url, aud: 'tagline', sub: 'ann', iat: now, exp: now + expiresIn };
    const privateKey = forged ? (await generateKeyPair(key.algorithm)).privateKey : key.privateKey;
    return new SignJWT({ ...own, ...claims }).setProtectedHeader({ alg: key.algorithm, kid: key.kid }).sign(privateKey);
  }

  /** The public half of the newest key. */
  async publicKey(): Promise<JWK> {
    return jwkOf(this.newest);
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

  private get newest(): SigningKey {
    const [key] = this.published;
    if (key === undefined) throw new Error('the issuer has a key from its start on');
    return key;
  }

  private async answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    this.seen.push(url);
    switch (this.fault) {
      case 'hangs':
        return;
      case 'fails':
        response.writeHead(503).end();
        return;
      case 'redirects':
        response.writeHead(302, { location: `${this.server.url}/elsewhere` }).end();
        return;
      case 'endless':
        pour(response);
        return;
      default:
        await this.tell(url, response);
    }
  }

  private async tell(url: string, response: ServerResponse): Promise<void> {
    const tell = (document: object): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    };
    if (url === `${this.path}${WELL_KNOWN}`) {
      const issuer = this.fault === 'another issuer' ? 'https://other.example.com' : this.url;
      const keys = `${this.url}/keys`;
      tell({ issuer, jwks_uri: this.fault === 'keys over http' ? keys.replace('https:', 'http:') : keys });
    } else if (url === `${this.path}/keys`) {
      tell({ keys: await Promise.all(this.published.map(jwkOf)) });
    } else {
      response.writeHead(404).end();
    }
  }
}

const jwkOf = async ({ publicKey, kid, algorithm }: SigningKey): Promise<JWK> => ({
  ...(await exportJWK(publicKey)),
  kid,
  alg: algorithm,
  use: 'sig',
});
