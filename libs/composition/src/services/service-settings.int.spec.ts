import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeServiceCertificates } from '#lib/access';
import { loadConfiguration, type Configuration } from '#lib/config';
import { checkServices } from './check-services.js';
import type { CurrentIdentity } from '#lib/remoting';
import { serviceIdentity } from './service-identity.js';
import type { ServiceName } from './service-names.js';

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

const identity = (service: ServiceName, cert: string, key = cert, onProblem = (): void => undefined): CurrentIdentity =>
  serviceIdentity(service, settings(cert, key), onProblem);

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
    expect(identity('image-service', 'image-service')().cert).toContain('BEGIN CERTIFICATE');
    expect(() => identity('image-service', 'gateway')).toThrow(
      'services.certFile must be the certificate of "image-service", and is that of "gateway"',
    );
  });

  it('has the key of its certificate', async () => {
    expect(() => identity('gateway', 'gateway', 'image-service')).toThrow(
      'services.certFile does not belong to services.keyFile',
    );
    await writeFile(join(folder, 'broken.crt'), 'nothing');
    await writeFile(join(folder, 'broken.key'), 'nothing');
    expect(() => identity('gateway', 'broken')).toThrow('must be a certificate in PEM');
  });

  it('takes up a certificate that was renewed, once it and its key are there', async () => {
    const renewed = join(folder, 'renewed');
    await writeServiceCertificates(renewed, ['signature-service']);
    await writeServiceCertificates(folder, ['signature-service']);
    const problems = vi.fn();
    const current = identity('signature-service', 'signature-service', 'signature-service', problems);
    const before = current();
    await copyFile(join(renewed, 'signature-service.crt'), join(folder, 'signature-service.crt'));
    expect(current()).toEqual(before);
    expect(problems).toHaveBeenCalledOnce();
    await copyFile(join(renewed, 'signature-service.key'), join(folder, 'signature-service.key'));
    expect(current().cert).toBe(await readFile(join(renewed, 'signature-service.crt'), 'utf8'));
    expect(problems).toHaveBeenCalledOnce();
  });
});
