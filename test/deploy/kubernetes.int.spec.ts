import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { builtinDocuments } from '#lib/access';
import { loadConfiguration, SETTINGS } from '#lib/config';
import type { RoleRule, RoleState } from '#lib/events';

const FOLDER = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: object;
  readonly [probe: string]: unknown;
}

/** The parts of manifests that have to agree with each other. */
interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, never>>;
  readonly rules?: readonly RoleRule[];
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}

const yamlFiles = (readdirSync(FOLDER, { recursive: true }) as string[]).filter((name) => name.endsWith('.yaml'));
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** What is only part of the distributed form has a test of its own, and what is not of Tagline's own making as well. */
const OTHERS = /^(distributed|components\/(service-certificates|service-monitors|prometheus-rule))\//;

const manifests = yamlFiles
  .filter((name) => !/(kustomization|tagline)\.yaml$/.test(name) && !OTHERS.test(name))
  .flatMap((name) => parseAllDocuments(read(name)).map((document) => document.toJS() as Manifest));

const all = (kind: string): readonly Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
function the<Spec = object>(kind: string): Omit<Manifest, 'spec'> & { readonly spec: Spec } {
  const [found, ...others] = all(kind);
  if (found === undefined || others.length > 0) throw new Error(`there is no ${kind}, or several`);
  return found as unknown as Omit<Manifest, 'spec'> & { readonly spec: Spec };
}

const pod = the<{
  readonly replicas: number;
  readonly strategy: { readonly type: string };
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: {
      readonly serviceAccountName: string;
      readonly securityContext: object;
      readonly containers: readonly [Container];
      readonly volumes: readonly {
        readonly name: string;
        readonly persistentVolumeClaim?: { readonly claimName: string };
        readonly configMap?: { readonly name: string };
        readonly secret?: { readonly secretName: string };
      }[];
    };
  };
}>('Deployment');
const template = pod.spec.template;
const [container] = template.spec.containers;
const mountOf = (volume: string): string =>
  container.volumeMounts.find(({ name }) => name === volume)?.mountPath ?? 'not mounted';

describe('every file', () => {
  it.each(yamlFiles)('%s is YAML', (name) => {
    for (const document of parseAllDocuments(read(name))) expect(document.errors).toEqual([]);
  });

  it('is part of a kustomization', () => {
    const named = yamlFiles
      .filter((name) => name.endsWith('kustomization.yaml'))
      .flatMap((name) => {
        const folder = name.replace(/kustomization\.yaml$/, '');
        const { resources = [], configMapGenerator = [] } = parse(read(name)) as {
          readonly resources?: readonly string[];
          readonly configMapGenerator?: readonly { readonly files: readonly string[] }[];
        };
        return [
          name,
          ...[...resources, ...configMapGenerator.flatMap(({ files }) => files)].map((file) => folder + file),
        ];
      });
    expect(yamlFiles.filter((name) => !named.includes(name))).toEqual([]);
  });
});

describe('the settings', () => {
  it.each(['base/tagline.yaml', 'overlays/example/tagline.yaml'])('of %s are some that there are', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
    try {
      for (const file of ['tls.crt', 'tls.key']) writeFileSync(join(folder, file), '');
      writeFileSync(join(folder, 'tagline.yaml'), read(name).replaceAll(mountOf('tls'), folder));
      const configuration = loadConfiguration({ TAGLINE_CONFIG: join(folder, 'tagline.yaml') });
      expect(configuration.dataDir).toBe(mountOf('data'));
      expect(configuration.listen.port).toBe(container.ports[0]?.containerPort);
      expect(configuration.access.delegate).toMatchObject({ inCluster: true, aggregated: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of the environment are some that there are, and lead to the file', () => {
    const known = ['TAGLINE_CONFIG', ...SETTINGS.map(({ variable }) => variable)];
    for (const { name } of container.env) expect(known).toContain(name);
    expect(container.env.find(({ name }) => name === 'TAGLINE_CONFIG')?.value).toBe(
      `${mountOf('config')}/tagline.yaml`,
    );
  });
});

describe('names agree', () => {
  it('of the pod and those who look for it', () => {
    const { labels } = template.metadata;
    expect(labels).toMatchObject(pod.spec.selector.matchLabels);
    expect(labels).toMatchObject(the<{ readonly selector: object }>('Service').spec.selector);
    const policy = the<{ readonly podSelector: { readonly matchLabels: object } }>('NetworkPolicy');
    expect(labels).toMatchObject(policy.spec.podSelector.matchLabels);
  });

  it('of ports, from the API server to the container', () => {
    const names = container.ports.map(({ name }) => name);
    const service = the<{ readonly ports: readonly { readonly port: number; readonly targetPort: string }[] }>(
      'Service',
    );
    for (const { targetPort } of service.spec.ports) expect(names).toContain(targetPort);
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(names).toContain((container[probe] as { readonly httpGet: { readonly port: string } }).httpGet.port);
    }
    for (const { metadata, spec } of all('APIService')) {
      const {
        group,
        version,
        service: target,
      } = spec as unknown as {
        readonly group: string;
        readonly version: string;
        readonly service: { readonly name: string; readonly namespace: string; readonly port: number };
      };
      expect(metadata.name).toBe(`${version}.${group}`);
      expect(target).toEqual({ ...nameOf(service), port: service.spec.ports[0]?.port });
    }
  });

  it('of volumes and what is mounted', () => {
    const volumes = template.spec.volumes;
    expect(volumes.map(({ name }) => name).sort()).toEqual(container.volumeMounts.map(({ name }) => name).sort());
    const claim = volumes.find(({ name }) => name === 'data')?.persistentVolumeClaim?.claimName;
    expect(claim).toBe(the('PersistentVolumeClaim').metadata.name);
    const secret = volumes.find(({ name }) => name === 'tls')?.secret?.secretName;
    const secrets = all('Certificate').map(
      ({ spec }) => (spec as unknown as { readonly secretName: string }).secretName,
    );
    expect(secrets).toContain(secret);
  });

  it('of accounts, roles and who has them', () => {
    const account = the('ServiceAccount');
    expect(template.spec.serviceAccountName).toBe(account.metadata.name);
    // What every cluster has.
    const roles = ['ClusterRole/system:auth-delegator', 'Role/extension-apiserver-authentication-reader'];
    const known = [...roles, ...all('ClusterRole').map(({ metadata }) => `ClusterRole/${metadata.name}`)];
    const bindings = [...all('ClusterRoleBinding'), ...all('RoleBinding')];
    for (const { metadata, roleRef, subjects } of bindings) {
      expect(known).toContain(`${roleRef.kind}/${roleRef.name}`);
      if (['tagline:metrics', 'tagline:registry-webhook'].includes(metadata.name)) continue;
      expect(subjects).toEqual([{ kind: 'ServiceAccount', ...nameOf(account) }]);
    }
    expect(the('RoleBinding').metadata.namespace).toBe('kube-system');
  });

  it('of namespaces: everything that is in one is in that of Tagline', () => {
    const namespace = the('Namespace').metadata.name;
    const elsewhere = ['RoleBinding'];
    const inNone = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'APIService'];
    for (const { kind, metadata } of manifests) {
      if (elsewhere.includes(kind)) continue;
      expect([kind, metadata.name, metadata.namespace]).toEqual([
        kind,
        metadata.name,
        inNone.includes(kind) ? undefined : namespace,
      ]);
    }
  });
});

const nameOf = ({ metadata: { name, namespace } }: Pick<Manifest, 'metadata'>) => ({ name, namespace });

describe('the server', () => {
  it('is one at a time, since the data is one’s', () => {
    expect([pod.spec.replicas, pod.spec.strategy.type]).toEqual([1, 'Recreate']);
  });

  it('is nobody on its machine, and writes nothing but its data', () => {
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

describe('a role for the cluster', () => {
  const builtin = new Map(
    builtinDocuments({ selfProvisioning: true })
      .filter(({ kind }) => kind === 'clusterRole')
      .map(({ object }) => [object.name, object as RoleState]),
  );
  const OURS = ['image.openshift.io', 'history.tagline.dev'];

  /** What rules allow in our groups, one right a line. */
  const rightsOf = (rules: readonly RoleRule[] = []): readonly string[] => {
    const rights = rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups
        .filter((group) => OURS.includes(group))
        .flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group} ${resource} ${verb}`))),
    );
    return [...new Set(rights)].sort();
  };
  const inCluster = (name: string) => all('ClusterRole').find(({ metadata }) => metadata.name === name);

  it.each(['system:image-puller', 'system:image-pusher', 'system:image-builder', 'system:image-signer'])(
    '%s allows what it does where Tagline decides',
    (name) => {
      expect(rightsOf(inCluster(name)?.rules)).toEqual(rightsOf(builtin.get(name)?.rules));
    },
  );

  it('that belongs to "view" or "edit" allows what those do where Tagline decides', () => {
    const view = rightsOf(inCluster('tagline:aggregate-to-view')?.rules);
    expect(view).toEqual(rightsOf(builtin.get('system:aggregate-to-view')?.rules));
    const edit = [...view, ...rightsOf(inCluster('tagline:aggregate-to-edit')?.rules)];
    const wanted = ['system:aggregate-to-view', 'system:aggregate-to-edit'].flatMap((name) =>
      rightsOf(builtin.get(name)?.rules),
    );
    expect([...new Set(edit)].sort()).toEqual([...new Set(wanted)].sort());
  });
});
