import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { readIfPresent, SECRET, writeDurably } from './durable-file.js';

/** What a client must know to reach the server as its administrator. */
export interface KubeconfigContent {
  /** PEM of the authority to trust; `undefined` leaves that to the client's system. */
  readonly ca: string | undefined;
  readonly adminToken: string;
  readonly serverUrl: string;
}

const NAME = 'tagline';

/**
 * Keeps `kubeconfig` in the data directory true, and returns its path. A file that leads to this server already is left
 * alone: clients keep the current namespace and further contexts in it.
 */
export async function ensureKubeconfig(dataDir: string, content: KubeconfigContent): Promise<string> {
  const path = join(dataDir, 'kubeconfig');
  const existing = await readIfPresent(path);
  if (existing === undefined || !leadsHere(existing, content)) {
    await writeDurably(path, kubeconfig(content), SECRET);
  }
  return path;
}

function kubeconfig({ ca, adminToken, serverUrl }: KubeconfigContent): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: NAME,
          cluster: {
            server: serverUrl,
            ...(ca === undefined ? {} : { 'certificate-authority-data': base64(ca) }),
          },
        },
      ],
      users: [{ name: 'admin', user: { token: adminToken } }],
      contexts: [{ name: NAME, context: { cluster: NAME, user: 'admin', namespace: 'default' } }],
      'current-context': NAME,
    },
    { lineWidth: 0 },
  );
}

interface ReadKubeconfig {
  readonly clusters?: readonly {
    readonly name?: string;
    readonly cluster?: { readonly server?: string; readonly 'certificate-authority-data'?: string };
  }[];
  readonly users?: readonly { readonly name?: string; readonly user?: { readonly token?: string } }[];
}

function leadsHere(text: string, { ca, adminToken, serverUrl }: KubeconfigContent): boolean {
  try {
    const config = parse(text, { maxAliasCount: 0 }) as ReadKubeconfig | null;
    const cluster = config?.clusters?.find(({ name }) => name === NAME)?.cluster;
    const user = config?.users?.find(({ name }) => name === 'admin')?.user;
    return (
      cluster?.server === serverUrl &&
      cluster['certificate-authority-data'] === (ca === undefined ? undefined : base64(ca)) &&
      user?.token === adminToken
    );
  } catch {
    return false;
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
