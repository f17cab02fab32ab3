import type { X509Certificate } from 'node:crypto';
import type { User } from '../user.js';

/** What of a request proves who sent it. */
export interface Credentials {
  /** The `Authorization` header, as it was sent. */
  readonly authorization?: string | undefined;
  /** Every value of every header by itself, under its name in lower case. */
  readonly headers?: Readonly<Partial<Record<string, readonly string[]>>> | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** The certificate that a client showed when it connected. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  /**
   * Whether it was found to be in order: signed by one of the authorities that the server names to its clients, for use
   * by clients, and within its time. By which authority is for the authenticators to find out.
   */
  readonly isVerified: boolean;
}

/** `undefined`: these credentials are not mine to judge. `rejected`: they are wrong, and the answer is 401. */
export type Authentication = User | 'rejected' | undefined;

/** Tells who sent a request. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Authentication>;
}

/** Injection token of the {@link Authenticator} that requests go through; it always has an answer. */
export const AUTHENTICATOR = Symbol('Authenticator');

/** The token of a bearer header; `undefined` for other headers. */
export function bearerToken({ authorization }: Credentials): string | undefined {
  return /^Bearer +([\w~+/.=-]+) *$/i.exec(authorization ?? '')?.[1];
}
