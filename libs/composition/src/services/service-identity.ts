import { readFileSync } from 'node:fs';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { ConfigurationError, type Configuration, type ServicesConfiguration } from '#lib/config';
import type { CurrentIdentity, ServiceIdentity } from '#lib/remoting';
import type { ServiceName } from './service-names.js';

/**
 * Who this process is to other services: what is in its files whenever that is asked for, as they may be renewed.
 *
 * @param onProblem - told where they are of no use later on, as when one half of a pair is renewed; what was there before
 *   goes on to be used.
 * @throws ConfigurationError where the certificate is that of another service, or does not fit its key or authority.
 */
export function serviceIdentity(
  service: ServiceName,
  { services }: Configuration,
  onProblem: (what: string, error: unknown) => void,
): CurrentIdentity {
  let identity = identityIn(services, service);
  return () => {
    try {
      identity = identityIn(services, service);
    } catch (error) {
      onProblem('the certificate of this process cannot be read again, the one before is used', error);
    }
    return identity;
  };
}

function identityIn(services: ServicesConfiguration, service: ServiceName): ServiceIdentity {
  const [ca, cert, key] = [services.caFile, services.certFile, services.keyFile].map((path) =>
    path === undefined ? '' : readFileSync(path, 'utf8'),
  ) as [string, string, string];
  const wrong = problemOf(service, { ca, cert, key });
  if (wrong !== undefined) throw new ConfigurationError([{ where: 'services.certFile', message: wrong }]);
  return { ca, cert, key };
}

function problemOf(service: ServiceName, { ca, cert, key }: ServiceIdentity): string | undefined {
  try {
    const certificate = new X509Certificate(cert);
    const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1];
    if (name !== service) return `must be the certificate of "${service}", and is that of "${name ?? ''}"`;
    if (!certificate.checkPrivateKey(createPrivateKey(key))) return 'does not belong to services.keyFile';
    if (!ca.includes('BEGIN CERTIFICATE')) return 'needs services.caFile to be a certificate';
    return Date.parse(certificate.validTo) < Date.now() ? `ran out on ${certificate.validTo}` : undefined;
  } catch {
    return 'must be a certificate in PEM, and services.keyFile its key';
  }
}
