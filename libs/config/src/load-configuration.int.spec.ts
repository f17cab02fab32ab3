import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from './configuration-error.js';
import { Configuration } from './configuration.js';
import { loadConfiguration } from './load-configuration.js';
import { AllowedRegistry } from './sections/registries.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fromFile(text: string, environment: Record<string, string> = {}): Configuration {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text);
  return loadConfiguration({ TAGLINE_CONFIG: path, ...environment });
}

function refusal(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration', () => {
  it('is complete without anything set', () => {
    const configuration = loadConfiguration({ PATH: '/bin' });
    expect(configuration).toEqual(new Configuration());
    expect(configuration).toMatchObject({
      dataDir: './data',
      listen: { host: '127.0.0.1', port: 8443 },
      log: { level: 'info', format: 'json' },
      images: {
        importMode: 'Legacy',
        maxImagesBulkImportedPerRepository: 0,
        scheduledImportInterval: 900_000,
        maxScheduledImportsPerMinute: 60,
        historyWindow: 100,
        registrySources: { insecureRegistries: [], blockedRegistries: [] },
      },
      limits: { maxRequestBytes: 8_388_608 },
    });
  });

  it('comes from a file; what it leaves out or empty keeps its default', () => {
    const { listen, images, log } = fromFile(`
listen: '[::1]:0'
log:
images:
  importMode: PreserveOriginal
  scheduledImportInterval: 1h30m
  allowedRegistriesForImport:
    - domainName: '*.example.com'
    - { domainName: 'registry.example.org:5000', insecure: true }
  mirrors:
    - source: example.com/team
      mirrors: [mirror.example.com/team]
      pullFrom: digest-only
  registrySources:
    blockedRegistries: [bad.example.com]
`);
    expect(listen).toEqual({ host: '::1', port: 0 });
    expect(log.level).toBe('info');
    expect(images.scheduledImportInterval).toBe(5_400_000);
    expect(images.allowedRegistriesForImport[0]).toBeInstanceOf(AllowedRegistry);
    expect(images.allowedRegistriesForImport).toEqual([
      { domainName: '*.example.com', insecure: false },
      { domainName: 'registry.example.org:5000', insecure: true },
    ]);
    expect(images.mirrors).toEqual([
      {
        source: 'example.com/team',
        mirrors: ['mirror.example.com/team'],
        pullFrom: 'digest-only',
        neverContactSource: false,
      },
    ]);
    expect(images.registrySources).toEqual({ insecureRegistries: [], blockedRegistries: ['bad.example.com'] });
    expect(images.historyWindow).toBe(100);
  });

  it('comes from the environment, which wins over the file', () => {
    const { images, dataDir, observability, tls } = fromFile(
      'dataDir: /file\nimages: { historyWindow: 5, importMode: Legacy }',
      {
        TAGLINE_DATA_DIR: '/environment',
        TAGLINE_IMAGES_IMPORT_MODE: 'PreserveOriginal',
        TAGLINE_IMAGES_INTERNAL_REGISTRY_HOSTNAME: 'registry.example.com:5000',
        TAGLINE_IMAGES_MAX_IMAGES_BULK_IMPORTED_PER_REPOSITORY: '-1',
        TAGLINE_IMAGES_SCHEDULED_IMPORT_INTERVAL: '30s',
        TAGLINE_IMAGES_REGISTRY_SOURCES_INSECURE_REGISTRIES: 'a.example.com, b.example.com:5000,',
        TAGLINE_IMAGES_ALLOWED_REGISTRIES_FOR_IMPORT: '[{"domainName":"example.com"}]',
        TAGLINE_TLS_NAMES: '["images.example.com"]',
        TAGLINE_OBSERVABILITY_TRACING_SAMPLE_RATIO: '0.25',
      },
    );
    expect(observability.tracing).toEqual({ sampleRatio: 0.25 });
    expect(dataDir).toBe('/environment');
    expect(images).toMatchObject({
      historyWindow: 5,
      importMode: 'PreserveOriginal',
      internalRegistryHostname: 'registry.example.com:5000',
      maxImagesBulkImportedPerRepository: -1,
      scheduledImportInterval: 30_000,
      registrySources: { insecureRegistries: ['a.example.com', 'b.example.com:5000'] },
      allowedRegistriesForImport: [{ domainName: 'example.com', insecure: false }],
    });
    expect(tls.names).toEqual(['images.example.com']);
  });

  it('does not mind the variables by which Kubernetes announces a service of our name', () => {
    const variables = [
      'SERVICE_HOST',
      'SERVICE_PORT',
      'SERVICE_PORT_HTTPS',
      'PORT',
      'PORT_8443_TCP',
      'PORT_8443_TCP_ADDR',
    ];
    expect(() =>
      loadConfiguration(Object.fromEntries(variables.map((name) => [`TAGLINE_${name}`, 'x']))),
    ).not.toThrow();
  });
});

describe('what cannot be used is refused at the start', () => {
  it.each([
    [
      'images: { importMode: Fast }',
      'images.importMode must be Legacy or PreserveOriginal (set images.importMode in the configuration file, or TAGLINE_IMAGES_IMPORT_MODE)',
    ],
    ['listen: localhost', 'listen must be host:port or [address]:port'],
    ['listen: 127.0.0.1:70000', 'listen must be host:port or [address]:port'],
    [
      'images: { scheduledImportInterval: 500ms }',
      'images.scheduledImportInterval must be a length of time such as 15m or 1h30m, at least 1s',
    ],
    ['images: { scheduledImportInterval: soon }', 'images.scheduledImportInterval must be a length of time'],
    ['images: { scheduledImportInterval: }', ''],
    [
      'images: { maxImagesBulkImportedPerRepository: -2 }',
      'images.maxImagesBulkImportedPerRepository must not be less than -1',
    ],
    ['images: { historyWindow: 1.5 }', 'images.historyWindow must be an integer'],
    [
      'images: { internalRegistryHostname: "https://example.com" }',
      'images.internalRegistryHostname must be a host with an optional port, without scheme',
    ],
    [
      'images: { allowedRegistriesForImport: [{ domainName: "" }] }',
      'images.allowedRegistriesForImport[0].domainName must be a host',
    ],
    [
      'images: { allowedRegistriesForImport: [{ domainName: x, insecur: true }] }',
      'images.allowedRegistriesForImport[0].insecur is not a key that is known',
    ],
    [
      'images: { allowedRegistriesForImport: example.com }',
      'images.allowedRegistriesForImport must be a list of {domainName, insecure}',
    ],
    ['images: { allowedRegistriesForImport: [example.com] }', 'images.allowedRegistriesForImport'],
    [
      'images: { mirrors: [{ source: a, mirrors: [], pullFrom: never }] }',
      'images.mirrors[0].pullFrom must be digest-only or tag-only',
    ],
    [
      'images: { registrySources: { blockedRegistries: bad.example.com } }',
      'images.registrySources.blockedRegistries must be a list of hosts',
    ],
    ['images: all', 'images must be an object'],
    [
      'images: { importmode: Legacy }',
      'images.importmode is not a key that is known (known here: internalRegistryHostname, ',
    ],
    [
      'datadir: x',
      'datadir is not a key that is known (known here: dataDir, listen, eventStore, readModel, secrets, log, observability, tls, access, images, import, limits, kafka, relay, services)',
    ],
    ['observability: { tracing: { sampleRatio: 2 } }', 'observability.tracing.sampleRatio must be from 0 to 1'],
    [
      'observability: { tracing: { endpoint: collector:4318 } }',
      'observability.tracing.endpoint must be a URL such as',
    ],
    ['dataDir: ""', 'dataDir must be the path of a folder'],
    ['limits: { maxRequestBytes: 10 }', 'limits.maxRequestBytes must be at least 65536'],
    ['kafka: { brokers: [kafka.example.com] }', 'kafka.brokers must be a list of host:port'],
    ['kafka: { topicPrefix: "a b" }', 'kafka.topicPrefix must be of letters, digits, dots'],
    ['kafka: { sasl: { mechanism: kerberos } }', 'kafka.sasl.mechanism must be one of plain, scram-sha-256, '],
    ['kafka: { sasl: { mechanism: plain } }', 'kafka.sasl.passwordFile must be set, because kafka.sasl.mechanism is'],
    ['kafka: { tls: { keyFile: /dev/null } }', 'kafka.tls.certFile must be set, because its counterpart is'],
    ['[]', 'must hold keys and values'],
    ['a: [', 'is not YAML: line'],
  ])('%s', (text, message) => {
    if (message === '') expect(() => fromFile(text)).not.toThrow();
    else expect(refusal(() => fromFile(text))).toContain(message);
  });

  it.each([
    ['{ engine: postgres }', 'eventStore.engine must be one of embedded, eventstoredb'],
    ['{ engine: eventstoredb }', 'eventStore.connectionString or eventStore.connectionStringFile must be set'],
    ['{ connectionString: "esdb://db" }', 'eventStore.connectionString is of no use unless eventStore.engine is'],
    [
      '{ engine: eventstoredb, connectionString: "http://u:hidden@db" }',
      'eventStore.connectionString must look like esdb',
    ],
    ['{ engine: eventstoredb, connectionStringFile: /nowhere }', 'eventStore.connectionStringFile must be a file that'],
    [
      '{ engine: eventstoredb, connectionString: "esdb://u:hidden@db", connectionStringFile: /nowhere }',
      'eventStore.connectionString and eventStore.connectionStringFile must not both be set',
    ],
    ['{ engine: eventstoredb, connectionString: "esdb://db", streamPrefix: "a-" }', 'eventStore.streamPrefix must be'],
  ])('an event store such as %s', (text, message) => {
    const why = refusal(() => fromFile(`eventStore: ${text}`));
    expect(why).toContain(message);
    expect(why).not.toContain('hidden');
  });

  it.each([
    ['readModel: { engine: mysql }', 'readModel.engine must be one of embedded, postgres'],
    ['readModel: { engine: postgres }', 'readModel.connectionString or readModel.connectionStringFile must be set'],
    ['readModel: { connectionString: "postgres://db/x" }', 'readModel.connectionString is of no use unless'],
    ['readModel: { engine: postgres, connectionString: "http://u:hidden@db" }', 'readModel.connectionString must look'],
    [
      'readModel: { engine: postgres, connectionStringFile: /nowhere }',
      'readModel.connectionStringFile must be a file',
    ],
    [
      'readModel: { engine: postgres, connectionString: "postgres://u:hidden@db/x", connectionStringFile: /nowhere }',
      'readModel.connectionString and readModel.connectionStringFile must not both be set',
    ],
    ['readModel: { engine: postgres, connectionString: "postgres://db/x" }', 'secrets.keyFile must be set, because'],
    ['readModel: { schema: "Public; drop" }', 'readModel.schema must be lower-case letters'],
    ['readModel: { poolSize: 0 }', 'readModel.poolSize must be at least 1'],
    ['secrets: { keyFile: /etc/hostname }', 'secrets.keyFile is of no use unless readModel.engine is postgres'],
  ])('read models or secrets such as %s', (text, message) => {
    const why = refusal(() => fromFile(text));
    expect(why).toContain(message);
    expect(why).not.toContain('hidden');
  });

  it('all at once', () => {
    const message = refusal(() => fromFile('log: { level: loud, format: xml }\nimport: { concurrency: 0 }'));
    expect(message.split('\n').map((line) => line.trim().split(' ')[0])).toEqual([
      'The',
      'log.level',
      'log.format',
      'import.concurrency',
    ]);
  });

  it('naming the variable it came from', () => {
    expect(refusal(() => loadConfiguration({ TAGLINE_IMAGES_HISTORY_WINDOW: 'many' }))).toBe(
      'The configuration is not valid: TAGLINE_IMAGES_HISTORY_WINDOW must be an integer (images.historyWindow)',
    );
    expect(refusal(() => loadConfiguration({ TAGLINE_IMAGE_IMPORT_MODE: 'Legacy' }))).toContain(
      'TAGLINE_IMAGE_IMPORT_MODE is not a variable that is known',
    );
    expect(refusal(() => loadConfiguration({ TAGLINE_IMAGES_MIRRORS: 'a,b' }))).toContain(
      'must be a list of objects as JSON',
    );
  });

  it('naming the file that is not there', () => {
    const missing = join(folder, 'missing');
    expect(refusal(() => loadConfiguration({ TAGLINE_CONFIG: missing }))).toContain('cannot be read: ENOENT');
    expect(refusal(() => loadConfiguration({ TAGLINE_IMAGES_ADDITIONAL_TRUSTED_CA: missing }))).toContain(
      'images.additionalTrustedCA must be a file that can be read: ENOENT (set images.additionalTrustedCA',
    );
    expect(refusal(() => loadConfiguration({ TAGLINE_TLS_CERT_FILE: folder }))).toMatch(
      /tls\.keyFile must be set, because its counterpart is.*\n.*tls\.certFile must be a file that can be read: it is no file/,
    );
  });

  it('does not take every user for a proxy', () => {
    const same = { TAGLINE_ACCESS_REQUEST_HEADER_CA_FILE: folder, TAGLINE_ACCESS_CLIENT_CA_FILE: folder };
    const why = 'access.requestHeader.allowedNames must be set';
    expect(refusal(() => loadConfiguration(same))).toContain(why);
    const named = { ...same, TAGLINE_ACCESS_REQUEST_HEADER_ALLOWED_NAMES: 'front' };
    expect(refusal(() => loadConfiguration(named))).not.toContain(why);
  });

  it('has one that decides, not two', () => {
    const delegated = { TAGLINE_ACCESS_DELEGATE_IN_CLUSTER: 'true' };
    expect(loadConfiguration(delegated).access.delegate.inCluster).toBe(true);
    expect(refusal(() => loadConfiguration({ ...delegated, TAGLINE_ACCESS_DELEGATE_KUBECONFIG: folder }))).toContain(
      'access.delegate.inCluster must not be set together with kubeconfig',
    );
    expect(refusal(() => loadConfiguration({ ...delegated, TAGLINE_ACCESS_RBAC_DIRECTORY: folder }))).toContain(
      'access.rbacDirectory must not be set together with access.delegate',
    );
    expect(refusal(() => loadConfiguration({ TAGLINE_ACCESS_DELEGATE_AGGREGATED: 'true' }))).toContain(
      'access.delegate.aggregated needs kubeconfig or inCluster',
    );
  });

  it('reads addresses of services, from a list or a text', () => {
    const { services } = loadConfiguration({ TAGLINE_SERVICES_STREAM: 'stream.example.com:7443,[2001:db8::1]:7443' });
    expect(services.stream).toEqual([
      { host: 'stream.example.com', port: 7443 },
      { host: '2001:db8::1', port: 7443 },
    ]);
    expect(() => loadConfiguration({ TAGLINE_SERVICES_STREAM: 'stream.example.com' })).toThrow(
      'services.stream must be a list of host:port or [address]:port',
    );
  });
});
