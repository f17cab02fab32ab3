import type { X509Certificate } from 'node:crypto';
import { authenticatedUser } from '../user.js';
import { certificateSubject } from './certificate-subject.js';
import { isCurrent, type CertificateTrust } from './certificate-trust.js';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';

/** Knows clients by a certificate of an authority: the common name is the user, organizations are groups. */
export class ClientCertificateAuthenticator implements Authenticator {
  /** A connection carries many requests, and its certificate says the same in all of them. */
  private readonly known = new WeakMap<X509Certificate, Exclude<Authentication, undefined>>();

  constructor(
    private readonly trust: CertificateTrust,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async authenticate({ clientCertificate }: Credentials): Promise<Authentication> {
    if (clientCertificate === undefined) return undefined;
    const { certificate, isVerified } = clientCertificate;
    if (!isVerified || !isCurrent(certificate, this.now())) return 'rejected';
    let answer = this.known.get(certificate);
    if (answer === undefined) this.known.set(certificate, (answer = this.identify(certificate)));
    return answer;
  }

  private identify(certificate: X509Certificate): Exclude<Authentication, undefined> {
    if (!this.trust.isBehind(certificate)) return 'rejected';
    const { commonName, organizations } = certificateSubject(certificate);
    return commonName === '' ? 'rejected' : authenticatedUser({ name: commonName, groups: organizations });
  }
}
