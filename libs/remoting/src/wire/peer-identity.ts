import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/** How a service proves who it is, and whom it believes. All in PEM. */
export interface ServiceIdentity {
  /** The authority of the services' certificates, which signs nothing else. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Asked for whenever a connection begins, and now and then by who listens: certificates are renewed meanwhile. */
export type CurrentIdentity = () => ServiceIdentity;

/**
 * Sessions are not resumed: a resumed one would rest on a certificate that was looked at in another one, maybe before it
 * ran out.
 */
export const secured = ({ ca, cert, key }: ServiceIdentity): SecureContextOptions => ({
  ...{ ca, cert, key, minVersion: 'TLSv1.3' },
  secureOptions: constants.SSL_OP_NO_TICKET,
});

interface Certificate {
  readonly subject?: { readonly CN?: string | string[] };
}

/** The name that a certificate gives its owner; empty where it gives none, or several. */
export function commonName({ subject }: Certificate): string {
  const name = subject?.CN;
  return typeof name === 'string' ? name : '';
}
