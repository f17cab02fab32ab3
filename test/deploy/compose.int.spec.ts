import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { faultOfProgram, ROOT, unknownVariables } from './apps.js';

type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly profiles?: readonly string[];
  readonly restart: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly user?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

const document = parseDocument(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true, strict: true });
const compose = document.toJS({ maxAliasCount: 1_000 }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('tagline:'));
const processes = ours.filter(([, { restart }]) => restart !== 'no');

const portOf = (address: string | undefined): string => address?.split(':').at(-1) ?? 'none';
const valuesOf = ({ environment = {} }: Service): readonly string[] => Object.values(environment);

describe('docker-compose.yml', () => {
  it('is strict YAML', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  const composer = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'docker-compose'))
    .find((path) => existsSync(path));

  it.skipIf(composer === undefined)('is understood by docker-compose, of Debian’s package', () => {
    const { status, stderr } = spawnSync(composer ?? '', ['-f', join(ROOT, 'docker-compose.yml'), 'config', '--quiet']);
    expect([status, stderr.toString()]).toEqual([0, '']);
  });

  it('takes images of one version each', () => {
    for (const [name, { image }] of services)
      expect([name, image]).toEqual([name, expect.stringMatching(/^[a-z/]+:v?\d+\.\d+[\w.-]*$/)]);
  });

  it('runs programs that there are', () => {
    for (const [name, { command = [] }] of ours)
      expect([name, faultOfProgram(command[0] ?? '')]).toEqual([name, undefined]);
  });

  it('sets settings that there are', () => {
    for (const [name, { environment = {} }] of services) {
      expect([name, unknownVariables(Object.keys(environment))]).toEqual([name, []]);
    }
  });

  it('waits for services that there are, and for what they can be waited for', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const target = compose.services[other];
        expect([name, other, target !== undefined]).toEqual([name, other, true]);
        if (condition === 'service_healthy') expect([other, target?.healthcheck !== undefined]).toEqual([other, true]);
        if (condition === 'service_completed_successfully') expect([other, target?.restart]).toEqual([other, 'no']);
        expect([name, other, target?.profiles ?? []]).toEqual([
          name,
          other,
          expect.toSatisfy((profiles: readonly string[]) =>
            profiles.every((each) => compose.services[name]?.profiles?.includes(each)),
          ),
        ]);
      }
    }
  });

  it('waits for nothing in a circle', () => {
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      expect(path).not.toContain(name);
      if (done.has(name)) return;
      for (const other of Object.keys(compose.services[name]?.depends_on ?? {})) visit(other, [...path, name]);
      done.add(name);
    };
    for (const [name] of services) visit(name, []);
  });

  it('has a probe for everything that goes on running', () => {
    for (const [name, { restart, healthcheck }] of services) {
      expect([name, healthcheck !== undefined]).toEqual([name, restart !== 'no']);
    }
  });

  it('mounts volumes and joins networks that there are, and has none that nobody uses', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    for (const source of mounted) {
      const isThere = source.startsWith('./') ? existsSync(join(ROOT, source)) : source in compose.volumes;
      expect([source, isThere]).toEqual([source, true]);
    }
    expect(Object.keys(compose.volumes).filter((name) => !mounted.includes(name))).toEqual([]);
    const joined = services.flatMap(([, { networks }]) => networks);
    expect(new Set(joined)).toEqual(new Set(Object.keys(compose.networks)));
  });

  it('opens ports on this machine only, of services that the network lets out', () => {
    for (const [name, { ports = [], networks }] of services) {
      for (const port of ports) expect([name, port]).toEqual([name, expect.stringMatching(/^127\.0\.0\.1:(\d+):\1$/)]);
      if (ports.length > 0) expect([name, networks]).toEqual([name, expect.arrayContaining(['outside'])]);
    }
    expect(compose.networks['services']).toEqual({ internal: true });
  });
});

describe('the processes of Tagline', () => {
  it('call each other where each other listens', () => {
    for (const [name, service] of processes) {
      for (const value of valuesOf(service).flatMap((each) => each.split(','))) {
        const [, host = '', port] = /^([a-z-]+):(\d+)$/.exec(value) ?? [];
        const called = compose.services[host];
        if (port === undefined || called === undefined || !called.image.startsWith('tagline:')) continue;
        expect([name, host, port]).toEqual([name, host, portOf(called.environment?.['TAGLINE_SERVICES_LISTEN'])]);
      }
    }
  });

  it('are probed where they tell how they are', () => {
    for (const [name, { environment = {}, healthcheck }] of processes) {
      const { TAGLINE_SERVICES_PROBES: probes, TAGLINE_RELAY_LISTEN: relay, TAGLINE_LISTEN: listen } = environment;
      const port = portOf(probes ?? relay ?? listen ?? '0.0.0.0:8443');
      expect([name, new URL(healthcheck?.test.at(-1) ?? '').port]).toEqual([name, port]);
    }
  });

  it('show the certificate of their own name', () => {
    for (const [name, { environment = {} }] of processes) {
      const { TAGLINE_SERVICES_CERT_FILE: cert, TAGLINE_SERVICES_KEY_FILE: key } = environment;
      if (cert === undefined) continue;
      expect([cert, key]).toEqual([`/run/tagline/services/${name}.crt`, `/run/tagline/services/${name}.key`]);
    }
  });

  it('write nothing but their data, and may do nothing that others may not', () => {
    for (const [name, service] of ours) {
      expect([name, service.read_only, service.cap_drop, service.user]).toEqual([name, true, ['ALL'], undefined]);
    }
  });

  it('are all looked at by Prometheus, where they tell how they are', () => {
    const text = readFileSync(join(ROOT, 'deploy/observability/prometheus/prometheus.yaml'), 'utf8');
    const { scrape_configs: jobs } = parseDocument(text).toJS() as {
      readonly scrape_configs: readonly {
        readonly static_configs: readonly { readonly targets: readonly string[] }[];
      }[];
    };
    const targets = jobs.flatMap((job) => job.static_configs.flatMap((each) => each.targets));
    const probed = processes.map(
      ([name, { healthcheck }]) => `${name}:${new URL(healthcheck?.test.at(-1) ?? '').port}`,
    );
    expect([...targets].sort()).toEqual([...probed].sort());
  });
});

describe('the secrets of an installation', () => {
  it('are made once, for their owner alone, and printed nowhere', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'secrets-')), 'tagline');
    try {
      const make = () => spawnSync(process.execPath, [join(ROOT, 'deploy/image/secrets.js'), folder]).stdout.toString();
      const names = ['read-model-url', 'postgres-password', 'secrets.key'];
      const printed = make();
      expect(printed).toBe(names.map((name) => `${join(folder, name)}\n`).join(''));
      const values = names.map((name) => readFileSync(join(folder, name), 'utf8').trim());
      const [url = '', password, key = ''] = values;
      expect(new URL(url).password).toBe(password);
      expect(Buffer.from(key, 'base64')).toHaveLength(32);
      for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      expect(make()).toBe('');
      expect(names.map((name) => readFileSync(join(folder, name), 'utf8').trim())).toEqual(values);
    } finally {
      rmSync(join(folder, '..'), { recursive: true });
    }
  });

  it('are where the database and those who ask it look for them', () => {
    const files = services
      .flatMap(([, service]) => valuesOf(service))
      .filter((value) => value.startsWith('/run/tagline/'));
    const made = /^\/run\/tagline\/(services\/[a-z-]+\.(crt|key)|read-model-url|postgres-password|secrets\.key)$/;
    for (const file of files) expect(file).toMatch(made);
  });
});
