import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { run } from './harness/child-process.js';
import { REPOSITORY_ROOT } from './harness/tagline-server.js';
import { tool } from './harness/tools.js';

interface Built {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

async function build(folder: string): Promise<readonly Built[]> {
  const path = join(REPOSITORY_ROOT, 'deploy/kubernetes', folder);
  const { code, stdout, stderr } = await run(tool('kubectl'), ['kustomize', path], { env: process.env });
  if (code !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Built);
}

const names = (built: readonly Built[], kind: string): readonly string[] =>
  built.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

describe('the manifests for Kubernetes', () => {
  it('are built from the base', async () => {
    const built = await build('base');
    expect(names(built, 'APIService')).toEqual(['v1.image.openshift.io', 'v1alpha1.history.tagline.dev']);
    expect(names(built, 'Deployment')).toEqual(['tagline']);
    expect(built.find(({ kind }) => kind === 'RoleBinding')?.metadata.namespace).toBe('kube-system');
    expect(names(built, 'ServiceMonitor')).toEqual([]);
  });

  it('are built with everything, and settings of one’s own', async () => {
    const built = await build('overlays/example');
    expect(names(built, 'ServiceMonitor')).toEqual(['tagline']);
    expect(names(built, 'ClusterRoleBinding')).toContain('tagline:pull-secrets');
    for (const { kind, metadata } of built) {
      if (kind === 'APIService') {
        expect(metadata.annotations?.['cert-manager.io/inject-ca-from']).toBe('tagline/tagline-tls');
      }
    }
    const configuration = built.find(({ kind }) => kind === 'ConfigMap')?.data?.['tagline.yaml'];
    expect(configuration).toContain('registry.example.com:5000');
    const deployment = built.find(({ kind }) => kind === 'Deployment');
    expect(deployment?.spec?.template?.spec.containers[0]?.image).toBe('registry.example.com/platform/tagline:0.1.0');
  });

  it('are built for the distributed form, in which nothing of the one server is left but what is around it', async () => {
    const built = await build('overlays/distributed-example');
    const processes = [
      ...['gateway', 'image-service', 'import-service', 'projector', 'relay'],
      ...['signature-service', 'stream-service'],
    ];
    expect([...names(built, 'Deployment')].sort()).toEqual(processes);
    expect([...names(built, 'NetworkPolicy')].sort()).toEqual(processes);
    expect(names(built, 'PersistentVolumeClaim')).toEqual([]);
    expect(names(built, 'APIService')).toEqual(['v1.image.openshift.io', 'v1alpha1.history.tagline.dev']);
    expect(names(built, 'ServiceMonitor')).toEqual(['tagline', 'tagline-services']);
    const [configuration, ...others] = built.filter(({ kind }) => kind === 'ConfigMap');
    expect(others).toEqual([]);
    expect(Object.keys(configuration?.data ?? {})).toContain('gateway.yaml');
    for (const { kind, spec } of built.filter(({ kind }) => kind === 'Deployment')) {
      const image = spec?.template?.spec.containers[0]?.image;
      expect([kind, image]).toEqual([kind, 'registry.example.com/platform/tagline:0.1.0']);
    }
    const api = built.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'tagline');
    expect(api?.spec).toMatchObject({ selector: { 'app.kubernetes.io/component': 'gateway' } });
  });
});
