import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../serving/access.js';

const known = new WeakMap<TLSSocket, ClientCertificate | 'none'>();

/** The certificate that a client showed when it connected. Looked up once a connection, so that it stays one object. */
export function clientCertificateOf(socket: Socket): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  let found = known.get(socket);
  if (found === undefined) {
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
    // Without the authorities that it trusts, a server asks for no certificate.
    found = certificate === undefined ? 'none' : { certificate, isVerified: socket.authorized };
    known.set(socket, found);
  }
  return found === 'none' ? undefined : found;
}
