import { ConfigurationError, type DelegateConfiguration } from '#lib/config';
import { nowAndThen, type ProblemReport } from '../authenticate/now-and-then.js';
import type { Authenticator } from '../authenticate/authenticator.js';
import type { Authorizer } from '../authorize/authorizer.js';
import { DelegatedAuthenticator } from './delegated-authenticator.js';
import { DelegatedAuthorizer } from './delegated-authorizer.js';
import { DelegatedNamespaces } from './delegated-namespaces.js';
import { DelegatedSecrets } from './delegated-secrets.js';
import { ExtensionAuthentication } from './extension-authentication.js';
import { KubeClient, type Asked } from './kube-client.js';
import { clusterSurroundings, inCluster, kubeconfigCredentials, type ClusterSurroundings } from './kube-credentials.js';

export interface DelegateOptions {
  readonly onProblem?: ProblemReport;
  readonly onAsked?: (asked: Asked) => void;
  /** Told when TLS has to ask for certificates of other authorities than before. */
  readonly onAuthorities?: () => void;
  /** Where a process in a cluster finds what it needs. */
  readonly surroundings?: ClusterSurroundings;
}

/** Everything that a Kubernetes API server decides in Tagline's place. */
export interface Delegate {
  /** Knows those who come through that API server; absent where nobody does. */
  readonly extension: ExtensionAuthentication | undefined;
  /** Knows those who come by themselves, with a token that the API server knows. */
  readonly tokens: Authenticator;
  readonly authorizer: Authorizer;
  readonly namespaces: DelegatedNamespaces;
  readonly secrets: DelegatedSecrets;
  readonly close: () => Promise<void>;
}

/**
 * @returns nothing where Tagline decides by itself.
 * @throws ConfigurationError where the API server cannot be asked as it is configured.
 */
export async function openDelegate(
  configuration: DelegateConfiguration,
  { onProblem = () => undefined, onAsked, onAuthorities, surroundings }: DelegateOptions = {},
): Promise<Delegate | undefined> {
  const { kubeconfig, aggregated, timeout: timeoutMs, maxCached } = configuration;
  if (kubeconfig === undefined && !configuration.inCluster) return undefined;
  const key = kubeconfig === undefined ? 'inCluster' : 'kubeconfig';
  const credentials =
    kubeconfig === undefined
      ? inCluster(surroundings ?? clusterSurroundings(process.env))
      : kubeconfigCredentials(kubeconfig);
  await usable(key, credentials);
  const client = new KubeClient({ credentials, timeoutMs, ...(onAsked && { onAsked }) });
  const unavailable = (what: string) => nowAndThen((error) => onProblem(what, error));
  const onUnavailable = unavailable('the API server that decides cannot be asked, what it would decide is refused');
  const extension = aggregated
    ? await usable('aggregated', () =>
        ExtensionAuthentication.open({
          client,
          ...(onAuthorities && { onChange: onAuthorities }),
          onUnavailable: unavailable('whom the API server trusts cannot be read again, what it said stays in force'),
        }),
      ).catch(async (error: unknown) => {
        await client.close();
        throw error;
      })
    : undefined;
  return {
    extension,
    tokens: new DelegatedAuthenticator({ ...configuration, client, onUnavailable }),
    authorizer: new DelegatedAuthorizer({ ...configuration, client, onUnavailable }),
    namespaces: new DelegatedNamespaces(client, maxCached),
    secrets: new DelegatedSecrets(client),
    close: async () => {
      extension?.close();
      await client.close();
    },
  };
}

async function usable<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new ConfigurationError([{ where: `access.delegate.${key}`, message: `cannot be used: ${why}` }]);
  }
}
