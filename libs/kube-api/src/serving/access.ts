import type { X509Certificate } from 'node:crypto';
import type { RequestUser } from '../storage/request-context.js';

/** What somebody wants to do: to a resource, or to a path of the server that is none. */
export type Access =
  | {
      readonly user: RequestUser;
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      readonly path?: undefined;
    }
  | { readonly user: RequestUser; readonly verb: string; readonly path: string };

/** The certificate that a client showed when it connected. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  /** Whether TLS found it to be in order. */
  readonly isVerified: boolean;
}

/** What of a request proves who sent it. */
export interface RequestCredentials {
  readonly authorization?: string | undefined;
  /** Every value of every header by itself, under its name in lower case. */
  readonly headers?: Readonly<Partial<Record<string, readonly string[]>>> | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** Who sends a request, and what they may do. Asked for every request, before anything else is looked at. */
export interface AccessControl {
  authenticate(credentials: RequestCredentials): Promise<RequestUser | 'rejected' | undefined>;
  /** Groups that name a user: whoever acts as that user without saying in which groups is in these. */
  groupsOf(user: string): readonly string[];
  /** @returns why access is refused: what follows `forbidden: ` in the message. */
  authorize(access: Access): Promise<{ readonly allowed: boolean; readonly reason: string }>;
}
