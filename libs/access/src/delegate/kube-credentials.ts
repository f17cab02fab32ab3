import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';

/** How an API server is reached, and as whom. */
export interface KubeCredentials {
  /** Its URL, without a slash at the end. */
  readonly server: string;
  /** PEM of the authorities that it is trusted by; those of the system where it is absent. */
  readonly ca?: string;
  /** The name that its certificate must have, where that is not the one of its URL. */
  readonly serverName?: string;
  readonly token?: string;
  /** PEM of a client certificate and its key. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Reads credentials: again and again, since tokens and certificates in files are renewed. */
export type CredentialSource = () => Promise<KubeCredentials>;

/** What is wrong with a kubeconfig. Never says what is in it but for the names of its parts. */
export class InvalidKubeconfigError extends Error {
  override readonly name = 'InvalidKubeconfigError';
}

const MAX_BYTES = 1024 * 1024;

/** Where a process in a cluster finds what it needs. */
export interface ClusterSurroundings {
  readonly folder: string;
  readonly host: string | undefined;
  readonly port: string | undefined;
}

export const clusterSurroundings = (environment: NodeJS.ProcessEnv): ClusterSurroundings => ({
  folder: '/var/run/secrets/kubernetes.io/serviceaccount',
  host: environment['KUBERNETES_SERVICE_HOST'],
  port: environment['KUBERNETES_SERVICE_PORT'],
});

/** The credentials of the service account that the process runs as. */
export const inCluster =
  ({ folder, host, port }: ClusterSurroundings): CredentialSource =>
  async () => {
    if (host === undefined || port === undefined) {
      throw new InvalidKubeconfigError('the process does not run in a cluster: KUBERNETES_SERVICE_HOST is not set');
    }
    const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
    return { server, ca: await text(join(folder, 'ca.crt')), token: (await text(join(folder, 'token'))).trim() };
  };

/** The credentials of the current context of a kubeconfig. */
export const kubeconfigCredentials =
  (path: string): CredentialSource =>
  async () => {
    const { cluster, user } = currentContext(await text(path));
    const folder = dirname(path);
    const ca = await content(folder, cluster, 'certificate-authority');
    const cert = await content(folder, user, 'client-certificate');
    const key = await content(folder, user, 'client-key');
    const tokenFile = texts(user, 'tokenFile');
    const token = tokenFile === undefined ? texts(user, 'token') : (await text(inFolder(folder, tokenFile))).trim();
    if ((cert === undefined) !== (key === undefined)) {
      throw new InvalidKubeconfigError('it has a client certificate without a key, or a key without a certificate');
    }
    if (token === undefined && cert === undefined) {
      throw new InvalidKubeconfigError('its user has neither a token nor a client certificate');
    }
    const serverName = texts(cluster, 'tls-server-name');
    return {
      server: serverOf(cluster),
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { serverName }),
      ...(token === undefined ? {} : { token }),
      ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
    };
  };

type Part = Readonly<Record<string, unknown>>;

function currentContext(config: string): { readonly cluster: Part; readonly user: Part } {
  const document = parsed(config);
  const name = texts(document, 'current-context');
  if (name === undefined) throw new InvalidKubeconfigError('it has no current-context');
  const context = named(document, 'contexts', 'context', name);
  const cluster = named(document, 'clusters', 'cluster', texts(context, 'cluster') ?? '');
  const user = named(document, 'users', 'user', texts(context, 'user') ?? '');
  if (cluster['insecure-skip-tls-verify'] === true) {
    throw new InvalidKubeconfigError('it turns the check of the certificate off, on which everything rests');
  }
  for (const key of ['exec', 'auth-provider', 'username']) {
    if (user[key] !== undefined)
      throw new InvalidKubeconfigError(`its user signs in by "${key}", which is not supported`);
  }
  return { cluster, user };
}

function parsed(config: string): Part {
  try {
    const document: unknown = parse(config, { maxAliasCount: 0 });
    if (isPart(document)) return document;
  } catch {
    // The message would show a piece of the file.
  }
  throw new InvalidKubeconfigError('it is not YAML of a kubeconfig');
}

function named(document: Part, list: string, key: string, name: string): Part {
  const entries: unknown = document[list];
  const found = (Array.isArray(entries) ? (entries as unknown[]) : []).find(
    (entry): entry is Part => isPart(entry) && entry['name'] === name,
  );
  const part = found?.[key];
  if (!isPart(part)) throw new InvalidKubeconfigError(`it has no ${key} ${JSON.stringify(name)}`);
  return part;
}

function serverOf(cluster: Part): string {
  const server = texts(cluster, 'server') ?? '';
  if (!/^https:\/\/[^\s?#]+$/.test(server))
    throw new InvalidKubeconfigError('the server of its cluster has no https URL');
  return server.replace(/\/+$/, '');
}

/** A value that is in the kubeconfig itself, in base64, or in a file that it names. */
async function content(folder: string, part: Part, key: string): Promise<string | undefined> {
  const data = texts(part, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const path = texts(part, key);
  return path === undefined ? undefined : text(inFolder(folder, path));
}

const inFolder = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

function texts(part: Part, key: string): string | undefined {
  const value = part[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);

async function text(path: string): Promise<string> {
  const found = await readFile(path, 'utf8');
  if (found.length > MAX_BYTES) throw new InvalidKubeconfigError(`${path} is longer than ${MAX_BYTES} bytes`);
  return found;
}
