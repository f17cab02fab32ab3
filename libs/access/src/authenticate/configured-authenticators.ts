import { readFile } from 'node:fs/promises';
import { ConfigurationError, type AccessConfiguration } from '#lib/config';
import { ADMIN } from '../user.js';
import type { Authenticator } from './authenticator.js';
import type { Delegate } from '../delegate/delegate.js';
import { CertificateTrust } from './certificate-trust.js';
import { ClientCertificateAuthenticator } from './client-certificate-authenticator.js';
import { nowAndThen, type ProblemReport } from './now-and-then.js';
import { OidcAuthenticator } from './oidc-authenticator.js';
import { OidcProvider } from './oidc-provider.js';
import { RequestHeaderAuthenticator } from './request-header-authenticator.js';
import { StaticTokenAuthenticator } from './static-token-authenticator.js';
import { TokenFileAuthenticator } from './token-file-authenticator.js';

export interface AuthenticationOptions {
  /** Token of the administrator. */
  readonly adminToken: string;
  /** Further ways to prove who one is. */
  readonly access?: AccessConfiguration;
  /** An API server that knows further users. */
  readonly delegate?: Pick<Delegate, 'extension' | 'tokens'> | undefined;
  readonly onProblem?: ProblemReport;
}

/**
 * All the ways in which somebody may prove who they are, in the order in which they are tried.
 *
 * @throws ConfigurationError for a file that cannot be used.
 */
export async function configuredAuthenticators({
  adminToken,
  access,
  delegate,
  onProblem = () => undefined,
}: AuthenticationOptions): Promise<{
  readonly authenticators: readonly Authenticator[];
  readonly close: () => Promise<void>;
}> {
  const chain: Authenticator[] = [];
  const closers: (() => void | Promise<void>)[] = [];
  const { requestHeader, clientCaFile, tokenFile, oidc } = access ?? {};

  if (delegate?.extension !== undefined) chain.push(delegate.extension);
  if (requestHeader?.caFile !== undefined) {
    const trust = await trustIn('access.requestHeader.caFile', requestHeader.caFile);
    chain.push(new RequestHeaderAuthenticator({ ...requestHeader, trust }));
  }
  if (clientCaFile !== undefined) {
    chain.push(new ClientCertificateAuthenticator(await trustIn('access.clientCaFile', clientCaFile)));
  }
  chain.push(new StaticTokenAuthenticator(adminToken, ADMIN));
  if (tokenFile !== undefined) {
    const onUnreadable = nowAndThen((error) =>
      onProblem('the token file cannot be read, what it held before stays in force', error),
    );
    const tokens = await usable('access.tokenFile', () => TokenFileAuthenticator.open(tokenFile, { onUnreadable }));
    chain.push(tokens);
    closers.push(() => tokens.close());
  }
  if (oidc?.issuer !== undefined) {
    const { issuer, audience = '', usernamePrefix, groupsClaim, caFile } = oidc;
    const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
    const onUnavailable = nowAndThen((error) => onProblem('the OpenID provider cannot be asked for its keys', error));
    const provider = new OidcProvider({ issuer, ca, onUnavailable });
    const keys = (): ReturnType<OidcProvider['keys']> => provider.keys();
    chain.push(new OidcAuthenticator({ ...oidc, issuer, audience, usernamePrefix, groupsClaim, keys, onUnavailable }));
    closers.push(() => provider.close());
  }
  // Last: a token that is known here is shown to nobody else.
  if (delegate !== undefined) chain.push(delegate.tokens);
  return {
    authenticators: chain,
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

const trustIn = (key: string, path: string): Promise<CertificateTrust> =>
  usable(key, async () => CertificateTrust.parse(await readFile(path, 'utf8')));

async function usable<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new ConfigurationError([{ where: key, message: `names a file that cannot be used: ${why}` }]);
  }
}

/** PEM of the authorities by whom clients may prove themselves; empty where certificates are not asked for. */
export async function clientAuthorities({ clientCaFile, requestHeader }: AccessConfiguration): Promise<string[]> {
  const files = [clientCaFile, requestHeader.caFile].filter((file) => file !== undefined);
  return Promise.all([...new Set(files)].map((file) => readFile(file, 'utf8')));
}
