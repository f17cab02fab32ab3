import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeServiceCertificates } from '#lib/access';
import { loadConfiguration, type Configuration } from '#lib/config';
import { checkServices } from './check-services.js';
import { serviceIdentity } from './service-identity.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tagline-services-'));
  await writeServiceCertificates(folder, ['gateway', 'image-service']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const settings = (cert: string, key = cert): Configuration =>
  loadConfiguration({
    TAGLINE_EVENT_STORE_ENGINE: 'eventstoredb',
    TAGLINE_EVENT_STORE_CONNECTION_STRING: 'esdb://127.0.0.1:2113?tls=false',
    TAGLINE_SERVICES_CA_FILE: join(folder, 'ca.crt'),
    TAGLINE_SERVICES_CERT_FILE: join(folder, `${cert}.crt`),
    TAGLINE_SERVICES_KEY_FILE: join(folder, `${key}.key`),
  });

describe('a process of a distributed installation', () => {
  it('does not start without what it needs, and says all that is missing', () => {
    const start = () => checkServices(loadConfiguration({}), ['image-service', 'stream-service']);
    for (const key of ['eventStore.engine', 'caFile', 'certFile', 'keyFile', 'services.image', 'services.stream']) {
      expect(start).toThrow(key);
    }
    expect(start).not.toThrow('services.signature');
    expect(() => checkServices(settings('gateway'), [])).not.toThrow();
  });

  it('is what its certificate says', () => {
    expect(serviceIdentity('image-service', settings('image-service')).cert).toContain('BEGIN CERTIFICATE');
    expect(() => serviceIdentity('image-service', settings('gateway'))).toThrow(
      'services.certFile must be the certificate of "image-service", and is that of "gateway"',
    );
  });

  it('has the key of its certificate', async () => {
    expect(() => serviceIdentity('gateway', settings('gateway', 'image-service'))).toThrow(
      'services.certFile does not belong to services.keyFile',
    );
    await writeFile(join(folder, 'broken.crt'), 'nothing');
    await writeFile(join(folder, 'broken.key'), 'nothing');
    expect(() => serviceIdentity('gateway', settings('broken'))).toThrow('must be a certificate in PEM');
  });
});
