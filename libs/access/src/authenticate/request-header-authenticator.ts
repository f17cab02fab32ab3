import type { X509Certificate } from 'node:crypto';
import { authenticatedUser } from '../user.js';
import { certificateSubject } from './certificate-subject.js';
import { isCurrent, type CertificateTrust } from './certificate-trust.js';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';

export interface RequestHeaderOptions {
  /** Stands behind the certificates of proxies. */
  readonly trust: CertificateTrust;
  /** Common names that a proxy may have; empty for any. */
  readonly allowedNames: readonly string[];
  /** Headers that hold the name of the user; the first that is sent counts. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
  readonly now?: () => Date;
}

/** Believes what a proxy says of the user for whom it asks, when the proxy proves itself by its own certificate. */
export class RequestHeaderAuthenticator implements Authenticator {
  private readonly proxies = new WeakMap<X509Certificate, boolean>();

  constructor(private readonly options: RequestHeaderOptions) {}

  async authenticate({ headers = {}, clientCertificate }: Credentials): Promise<Authentication> {
    if (clientCertificate === undefined) return undefined;
    const { usernameHeaders, uidHeaders, groupHeaders, now = () => new Date() } = this.options;
    const values = (names: readonly string[]): readonly string[] =>
      names.map((name) => (headers[name.toLowerCase()] ?? []).filter((value) => value !== '')).find(isFilled) ?? [];
    const [name] = values(usernameHeaders);
    if (name === undefined) return undefined;
    const { certificate, isVerified } = clientCertificate;
    if (!isVerified || !isCurrent(certificate, now()) || !this.isProxy(certificate)) return undefined;
    const [uid = ''] = values(uidHeaders);
    return authenticatedUser({ name, uid, groups: values(groupHeaders), extra: this.extra(headers) });
  }

  private isProxy(certificate: X509Certificate): boolean {
    let known = this.proxies.get(certificate);
    if (known === undefined) {
      const { trust, allowedNames } = this.options;
      const isAllowed = (): boolean => {
        const { commonName } = certificateSubject(certificate);
        return allowedNames.length === 0 || allowedNames.includes(commonName);
      };
      this.proxies.set(certificate, (known = trust.isBehind(certificate) && isAllowed()));
    }
    return known;
  }

  private extra(headers: NonNullable<Credentials['headers']>): Record<string, readonly string[]> {
    const found: [string, readonly string[]][] = [];
    for (const prefix of this.options.extraHeaderPrefixes.map((text) => text.toLowerCase())) {
      for (const [name, values = []] of Object.entries(headers)) {
        if (name.startsWith(prefix)) found.push([decoded(name.slice(prefix.length)), values]);
      }
    }
    return Object.fromEntries(found);
  }
}

const isFilled = (values: readonly string[]): boolean => values.length > 0;

/** Keys are written with escapes where a header's name cannot hold them. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
