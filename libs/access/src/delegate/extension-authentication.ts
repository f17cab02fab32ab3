import { isDeepStrictEqual } from 'node:util';
import { CertificateTrust } from '../authenticate/certificate-trust.js';
import { ClientCertificateAuthenticator } from '../authenticate/client-certificate-authenticator.js';
import { RequestHeaderAuthenticator } from '../authenticate/request-header-authenticator.js';
import type { Authentication, Authenticator, Credentials } from '../authenticate/authenticator.js';
import type { KubeClient, KubeObjectJson } from './kube-client.js';

const PATH = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const LOOK_EVERY_MS = 60_000;

export interface ExtensionAuthenticationOptions {
  readonly client: Pick<KubeClient, 'get'>;
  /** Told when the authorities are others than before: TLS has to ask for certificates of those. */
  readonly onChange?: () => void;
  /** Told when it cannot be read again, or holds what cannot be used; what it said before stays in force. */
  readonly onUnavailable?: (error: unknown) => void;
  readonly lookEveryMs?: number;
}

/** What the ConfigMap says. */
interface Published {
  readonly clientCa: string;
  readonly requestHeader: {
    readonly ca: string;
    readonly allowedNames: readonly string[];
    readonly usernameHeaders: readonly string[];
    readonly uidHeaders: readonly string[];
    readonly groupHeaders: readonly string[];
    readonly extraHeaderPrefixes: readonly string[];
  };
}

/**
 * Knows users by what the API server in front says of them: it proves itself by the certificate that it has published for
 * that. Its users' own client certificates are known, too. Both are read again from time to time, since they are renewed.
 */
export class ExtensionAuthentication implements Authenticator {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly options: ExtensionAuthenticationOptions,
    private published: Published,
    private chain: readonly Authenticator[],
  ) {}

  /** @throws when the ConfigMap cannot be read, or holds what cannot be used. */
  static async open(options: ExtensionAuthenticationOptions): Promise<ExtensionAuthentication> {
    const published = publishedIn(await options.client.get(PATH));
    const opened = new ExtensionAuthentication(options, published, chainOf(published));
    const refresh = (): void => void opened.refresh().catch((error: unknown) => options.onUnavailable?.(error));
    opened.timer = setInterval(refresh, options.lookEveryMs ?? LOOK_EVERY_MS).unref();
    return opened;
  }

  /** PEM of the authorities whose certificates TLS has to ask for. */
  get authorities(): readonly string[] {
    const { clientCa, requestHeader } = this.published;
    return [requestHeader.ca, clientCa].filter((pem) => pem !== '');
  }

  async authenticate(credentials: Credentials): Promise<Authentication> {
    let isRejected = false;
    for (const authenticator of this.chain) {
      const answer = await authenticator.authenticate(credentials);
      if (answer === 'rejected') isRejected = true;
      else if (answer !== undefined) return answer;
    }
    return isRejected ? 'rejected' : undefined;
  }

  /** Reads the ConfigMap again. */
  async refresh(): Promise<void> {
    const published = publishedIn(await this.options.client.get(PATH));
    if (isDeepStrictEqual(published, this.published)) return;
    this.chain = chainOf(published);
    this.published = published;
    this.options.onChange?.();
  }

  close(): void {
    clearInterval(this.timer);
  }
}

function chainOf({ clientCa, requestHeader }: Published): readonly Authenticator[] {
  const proxies = new RequestHeaderAuthenticator({ ...requestHeader, trust: CertificateTrust.parse(requestHeader.ca) });
  if (clientCa === '') return [proxies];
  return [proxies, new ClientCertificateAuthenticator(CertificateTrust.parse(clientCa))];
}

function publishedIn({ data }: KubeObjectJson): Published {
  const values = (data ?? {}) as Readonly<Record<string, unknown>>;
  const text = (key: string): string => {
    const value = values[key];
    return typeof value === 'string' ? value : '';
  };
  const ca = text('requestheader-client-ca-file');
  if (ca.trim() === '') {
    throw new Error('the API server has published no authority of its proxies: it does not pass requests on to others');
  }
  const clientCa = text('client-ca-file');
  const allowedNames = listIn(text('requestheader-allowed-names'));
  if (allowedNames.length === 0 && clientCa.trim() === ca.trim()) {
    throw new Error(
      'the API server takes every user with a client certificate for its proxy: names have to be allowed',
    );
  }
  return {
    clientCa,
    requestHeader: {
      ca,
      allowedNames,
      usernameHeaders: listIn(text('requestheader-username-headers')),
      uidHeaders: listIn(text('requestheader-uid-headers')),
      groupHeaders: listIn(text('requestheader-group-headers')),
      extraHeaderPrefixes: listIn(text('requestheader-extra-headers-prefix')),
    },
  };
}

/** A list of texts in JSON. */
function listIn(json: string): readonly string[] {
  if (json.trim() === '') return [];
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list) && list.every((item): item is string => typeof item === 'string')) return list;
  } catch {
    // Said below.
  }
  throw new Error('a list in the ConfigMap extension-apiserver-authentication is no list of texts in JSON');
}
