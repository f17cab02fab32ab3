import type { Credentials } from '../../credentials/credential-source.js';
import { RegistryError } from '../../registry-error.js';
import { answerError } from '../answer-error.js';
import type { HttpResponse } from '../http-message.js';
import type { RegistryTransport } from '../registry-transport.js';
import type { Challenge } from './challenge.js';

/** A token and the time (milliseconds since the epoch) until which it is presented. */
export interface Token {
  readonly value: string;
  readonly usableUntil: number;
}

export interface TokenRequest {
  readonly challenge: Extract<Challenge, { scheme: 'bearer' }>;
  /** The registry that asked for a token. */
  readonly host: string;
  readonly scope: string;
  readonly credentials: Credentials | undefined;
  readonly insecure: boolean;
}

/**
 * Asks the token service that a registry names for a token.
 *
 * @throws RegistryError `bad-credentials` when user name and password are refused, and what any request may meet.
 */
export async function requestToken(transport: RegistryTransport, request: TokenRequest): Promise<Token> {
  const { host, credentials, insecure } = request;
  const url = tokenUrl(transport, request);
  const authorization = credentials === undefined ? {} : { authorization: basicAuthorization(credentials) };
  const response = await transport.send({
    method: 'GET',
    url,
    headers: { accept: 'application/json', ...authorization },
    maxBytes: MAX_TOKEN_BYTES,
    insecure,
  });
  if (response.status === 401 && credentials !== undefined) {
    throw new RegistryError('bad-credentials', `incorrect username or password for registry ${host}`, {
      host,
      status: 401,
      credentialsSent: true,
    });
  }
  if (response.status !== 200) {
    throw answerError(response, { host, subject: 'token', credentials, secrets: Object.values(authorization) });
  }
  return readToken(response, host);
}

/** The value of the `Authorization` header that presents credentials. */
export const basicAuthorization = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const MAX_TOKEN_BYTES = 262_144;
/** What the specification prescribes where the answer does not say, and what some services fall short of. */
const LIFETIME_SECONDS = 60;
/** Part of its life after which a token is no longer presented: clocks and requests need time. */
const USED_PART = 0.8;

function tokenUrl(transport: RegistryTransport, { challenge, host, scope, credentials, insecure }: TokenRequest): URL {
  if (!URL.canParse(challenge.realm)) {
    throw new RegistryError('malformed', `registry ${host} names a token service that is no URL`, { host });
  }
  const url = new URL(challenge.realm);
  if (!transport.egress.allowsPointer(url)) {
    throw new RegistryError('blocked', `registry ${host} points to ${url.host}, which may not be contacted from here`, {
      host: url.host,
    });
  }
  if (url.protocol !== 'https:' && !insecure) {
    throw new RegistryError('blocked', `registry ${host} names a token service without TLS`, { host });
  }
  url.username = '';
  url.password = '';
  if (challenge.service !== '') url.searchParams.set('service', challenge.service);
  url.searchParams.set('scope', scope);
  if (credentials !== undefined) url.searchParams.set('account', credentials.username);
  return url;
}

function readToken(response: HttpResponse, host: string): Token {
  const answer = parse(response.body);
  const { token, access_token: accessToken, expires_in: expiresIn } = answer;
  const value = typeof token === 'string' && token !== '' ? token : accessToken;
  // Printable characters only: anything else could not be sent in a header.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new RegistryError('malformed', `the token service of registry ${host} gave no token`, { host });
  }
  const seconds = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : LIFETIME_SECONDS;
  return { value, usableUntil: Date.now() + seconds * 1_000 * USED_PART };
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
