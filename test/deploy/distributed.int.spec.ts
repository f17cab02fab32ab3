import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { faultOfProgram, ROOT, unknownVariables } from './apps.js';

const FOLDER = join(ROOT, 'deploy/kubernetes');
const COMPONENT = 'app.kubernetes.io/component';

interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext: object;
  readonly readinessProbe: { readonly httpGet: { readonly port: string } };
}

interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
}

interface Peer {
  readonly podSelector?: Selector;
}

/** The parts of manifests that have to agree with each other. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly replicas?: number;
    readonly selector: Selector & Readonly<Record<string, string>>;
    readonly podSelector: Selector;
    readonly commonName?: string;
    readonly secretName?: string;
    readonly scaleTargetRef?: { readonly name: string };
    readonly groups?: unknown;
    readonly ports?: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
    readonly ingress?: readonly {
      readonly from?: readonly Peer[];
      readonly ports: readonly { readonly port: string }[];
    }[];
    readonly egress?: readonly {
      readonly to?: readonly Peer[];
      readonly ports: readonly { readonly port: number }[];
    }[];
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly automountServiceAccountToken?: boolean;
        readonly securityContext: { readonly runAsNonRoot: boolean };
        readonly containers: readonly [Container];
        readonly volumes: readonly Volume[];
      };
    };
  };
}

const manifestsIn = (folder: string): readonly Manifest[] =>
  (readdirSync(join(FOLDER, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.yaml') && !name.startsWith('config/') && !name.endsWith('kustomization.yaml'))
    .flatMap((name) => parseAllDocuments(readFileSync(join(FOLDER, folder, name), 'utf8')))
    .map((document) => document.toJS() as Manifest);

const manifests = manifestsIn('distributed').filter(({ kind }) => kind !== 'ServiceAccount');
const all = (kind: string): readonly Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
const deployments = all('Deployment').map((manifest) => {
  const { template } = manifest.spec;
  return { name: manifest.metadata.name, manifest, template, container: template.spec.containers[0] };
});
const names = deployments.map(({ name }) => name);

/** The configuration that a process reads, as the path of each key and its value. */
function settingsOf({ env }: Container): ReadonlyMap<string, unknown> {
  const file = env.find(({ name }) => name === 'TAGLINE_CONFIG')?.value.replace(/^.*\//, '') ?? '';
  return new Map(flat(parse(readFileSync(join(FOLDER, 'distributed/config', file), 'utf8')) as object));
}

const flat = (value: object, path: readonly string[] = []): readonly (readonly [string, unknown])[] =>
  Object.entries(value).flatMap(([key, each]: [string, unknown]) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? flat(each, [...path, key])
      : [[[...path, key].join('.'), each] as const],
  );

const variableOf = (key: string): string =>
  `TAGLINE_${key
    .split('.')
    .map((name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase())
    .join('_')}`;

describe('each process of the distributed form', () => {
  it.each(deployments)('$name runs a program that there is, with settings that there are', ({ container }) => {
    expect(faultOfProgram(container.args[0] ?? '')).toBeUndefined();
    expect(unknownVariables([...settingsOf(container).keys()].map(variableOf))).toEqual([]);
  });

  it.each(deployments)('$name is nobody on its machine, and writes nothing but its data', ({ container, template }) => {
    expect(template.spec.securityContext.runAsNonRoot).toBe(true);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
      limits: { memory: expect.any(String) as string },
    });
  });

  it.each(deployments)(
    '$name has the volumes that it mounts, and the files that it reads on them',
    ({ container, template }) => {
      const { volumes } = template.spec;
      expect(volumes.map(({ name }) => name).sort()).toEqual(container.volumeMounts.map(({ name }) => name).sort());
      const paths = [...settingsOf(container)]
        .filter(([key]) => /File$|^dataDir$/.test(key))
        .map(([, path]) => String(path));
      const mounted = container.volumeMounts.map(({ mountPath }) => mountPath);
      expect(paths.filter((path) => !mounted.some((mount) => path === mount || path.startsWith(`${mount}/`)))).toEqual(
        [],
      );
    },
  );

  it.each(deployments)('$name listens on the ports that it names, and is probed on one of them', ({ container }) => {
    const settings = settingsOf(container);
    const listens = ['listen', 'services.listen', 'services.probes', 'relay.listen']
      .map((key) => settings.get(key))
      .filter((value) => typeof value === 'string');
    const ports = container.ports.map(({ containerPort }) => containerPort);
    expect(listens.map((address) => Number(address.split(':').at(-1))).sort()).toEqual([...ports].sort());
    expect(container.ports.map(({ name }) => name)).toContain(container.readinessProbe.httpGet.port);
  });

  it.each(deployments)(
    '$name has a token of the cluster only where it asks the API server',
    ({ container, template }) => {
      const asks = settingsOf(container).get('access.delegate.inCluster') === true;
      expect(template.spec.serviceAccountName).toBe(asks ? 'tagline' : 'tagline-service');
      expect(template.spec.automountServiceAccountToken).toBe(asks ? undefined : false);
    },
  );
});

describe('names agree', () => {
  it('of pods and those who look for them', () => {
    const components = deployments.map(({ template }) => template.metadata.labels[COMPONENT]);
    expect(components).toEqual(names);
    for (const { kind, metadata, spec } of manifests) {
      const labels = {
        Deployment: spec.selector?.matchLabels,
        PodDisruptionBudget: spec.selector?.matchLabels,
        NetworkPolicy: spec.podSelector?.matchLabels,
        Service: spec.selector,
      }[kind];
      if (labels !== undefined)
        expect([kind, metadata.name, labels[COMPONENT]]).toEqual([kind, metadata.name, metadata.name]);
      expect([kind, metadata.namespace]).toEqual([kind, 'tagline']);
    }
    expect(all('HorizontalPodAutoscaler').map(({ spec }) => spec.scaleTargetRef?.name)).toEqual(['gateway']);
  });

  it('of services and where they are called', () => {
    const ports = new Map<string, string>(
      all('Service').flatMap(({ metadata, spec }) =>
        (spec.ports ?? []).map((each) => [`${metadata.name}.tagline.svc:${each.port}`, each.targetPort] as const),
      ),
    );
    for (const { name, container } of deployments) {
      const called = [...settingsOf(container)].filter(([key]) =>
        /^services\.(image|stream|import|signature|pullSecrets)$/.test(key),
      );
      for (const address of called.flatMap(([, value]) => value as string[])) {
        expect([name, address, ports.get(address)]).toEqual([name, address, 'calls']);
      }
    }
  });

  it('of certificates and those who show them', () => {
    const made = manifestsIn('components/service-certificates').flatMap(({ kind, spec }) =>
      kind === 'Certificate' && spec.commonName !== 'tagline-services-ca' ? [[spec.commonName, spec.secretName]] : [],
    );
    const shown = deployments.flatMap(({ name, template }) =>
      template.spec.volumes.flatMap((volume) => (volume.name === 'service' ? [[name, volume.secret?.secretName]] : [])),
    );
    expect([...made].sort()).toEqual([...shown].sort());
  });
});

describe('the network', () => {
  const peersOf = (rules: readonly { readonly from?: readonly Peer[]; readonly to?: readonly Peer[] }[] = []) =>
    rules
      .flatMap(({ from = [], to = [] }) => [...from, ...to])
      .flatMap((peer) => peer.podSelector?.matchLabels[COMPONENT] ?? []);
  const policy = (name: string): Manifest['spec'] => {
    const found = all('NetworkPolicy').find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`there is no policy of ${name}`);
    return found.spec;
  };

  it.each(names)('has a policy of %s, for ports that it has', (name) => {
    const ports = deployments.find((each) => each.name === name)?.container.ports.map((port) => port.name) ?? [];
    for (const rule of policy(name).ingress ?? []) for (const { port } of rule.ports) expect(ports).toContain(port);
  });

  it('lets services be called by those who are to call them, and by nobody else', () => {
    const callers = Object.fromEntries(names.map((name) => [name, peersOf(policy(name).ingress)]));
    expect(callers).toEqual({
      gateway: ['import-service'],
      'image-service': ['gateway', 'import-service'],
      'stream-service': ['gateway', 'import-service'],
      'import-service': ['gateway'],
      'signature-service': ['gateway'],
      projector: [],
      relay: [],
    });
    for (const name of names) {
      for (const { from, ports } of policy(name).ingress ?? []) {
        expect([name, from === undefined && ports.some(({ port }) => port === 'calls')]).toEqual([name, false]);
      }
    }
  });

  it('lets out whoever calls to whom they call', () => {
    for (const name of names) {
      const called = names.filter((other) => peersOf(policy(other).ingress).includes(name));
      expect([name, [...peersOf(policy(name).egress)].sort()]).toEqual([name, [...called].sort()]);
    }
  });
});

describe('what may be done to a running installation', () => {
  it('is to take one instance away of those that there are several of', () => {
    const several = deployments.filter(({ manifest }) => (manifest.spec.replicas ?? 2) > 1).map(({ name }) => name);
    expect(all('PodDisruptionBudget').map(({ metadata }) => metadata.name)).toEqual(several);
  });
});

describe('the alerts', () => {
  it('are those that Prometheus has elsewhere', () => {
    const [rule] = manifestsIn('components/prometheus-rule');
    const { groups } = parse(readFileSync(join(ROOT, 'deploy/observability/prometheus/alerts.yaml'), 'utf8')) as {
      readonly groups: unknown;
    };
    expect(rule?.spec.groups).toEqual(groups);
  });
});
