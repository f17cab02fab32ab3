import { X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { ListenAddress } from '#lib/config';
import { ensureAdminToken } from './admin-token.js';
import { ensureCertificateAuthority } from './certificate-authority.js';
import { readIfPresent } from './durable-file.js';
import { ensureKubeconfig } from './kubeconfig.js';
import { ensureTokenKey } from '../service-accounts/token-key.js';
import { serverNames, serverUrlOf } from './server-names.js';
import { ensureServerCertificate } from './server-certificate.js';
import type { ServerCertificate } from './server-certificate.js';

/** Who the server is, and how its administrator proves who they are. */
export interface Identity extends ServerCertificate {
  /** PEM of what clients must trust; `undefined` where a configured certificate leads to an authority that they know. */
  readonly ca: string | undefined;
  readonly adminToken: string;
  /** PEM of the private key that tokens are signed with. */
  readonly tokenKey: string;
  readonly kubeconfigPath: string;
  readonly serverUrl: string;
}

export interface IdentityOptions {
  /** Further host names and addresses of the server. */
  readonly names?: readonly string[];
  /** Files of a certificate of the user's own, in place of a generated one. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  readonly now?: Date;
}

/**
 * Reads the identity from the data directory, making what is missing. What exists is kept, but for a server certificate
 * that runs out.
 *
 * With port 0 the address is known only once the server listens: the kubeconfig is then written by a call of
 * {@link publishAddress}.
 */
export async function ensureIdentity(
  dataDir: string,
  listen: ListenAddress,
  { names = [], tls, now = new Date() }: IdentityOptions = {},
): Promise<Identity> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const adminToken = await ensureAdminToken(dataDir);
  const tokenKey = await ensureTokenKey(dataDir);
  const certificate =
    tls === undefined ? await ownCertificate(dataDir, listen, names, now) : await givenCertificate(tls);
  const identity = { ...certificate, adminToken, tokenKey };
  return listen.port === 0
    ? { ...identity, kubeconfigPath: '', serverUrl: serverUrlOf(listen) }
    : publishAddress(dataDir, identity, listen);
}

/** Makes the kubeconfig lead to the address that the server listens on. */
export async function publishAddress(
  dataDir: string,
  identity: Omit<Identity, 'kubeconfigPath' | 'serverUrl'>,
  listen: ListenAddress,
): Promise<Identity> {
  const serverUrl = serverUrlOf(listen);
  const kubeconfigPath = await ensureKubeconfig(dataDir, { ...identity, serverUrl });
  return { ...identity, kubeconfigPath, serverUrl };
}

type TrustedCertificate = Pick<Identity, 'ca' | 'cert' | 'key'>;

async function ownCertificate(
  dataDir: string,
  listen: ListenAddress,
  names: readonly string[],
  now: Date,
): Promise<TrustedCertificate> {
  const ca = await ensureCertificateAuthority(dataDir, now);
  return { ca: ca.cert, ...(await ensureServerCertificate(dataDir, ca, serverNames(listen.host, names), now)) };
}

/** A certificate of the user's own, as it is in its files now. */
export async function givenCertificate({
  certFile,
  keyFile,
}: NonNullable<IdentityOptions['tls']>): Promise<TrustedCertificate> {
  const cert = await readIfPresent(certFile);
  const key = await readIfPresent(keyFile);
  if (cert === undefined) throw new Error(`there is no certificate at ${certFile}`);
  if (key === undefined) throw new Error(`there is no key at ${keyFile}`);
  return { ca: trustAnchor(cert), cert, key };
}

/** The root at the end of a chain, where the file holds it. */
function trustAnchor(chain: string): string | undefined {
  const last = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g)?.at(-1);
  if (last === undefined) return undefined;
  const certificate = new X509Certificate(last);
  return certificate.checkIssued(certificate) ? last : undefined;
}
