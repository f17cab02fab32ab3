import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ObjectView, ResourceDefinition, ResourceStorage } from '#lib/kube-api';
import { temporaryFolder, tenancyFixture, type TenancyFixture } from '../testing/tenancy-fixture.js';
import { applyRbacManifests } from './rbac-manifests.js';

const role = (name: string, verb: string): string => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${name}}
rules:
- {apiGroups: [image.openshift.io], resources: [images], verbs: [${verb}]}
`;
const binding = (to: string): string => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: listers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${to}}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}
`;

let fixture: TenancyFixture;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  [fixture, folder] = await Promise.all([tenancyFixture(), temporaryFolder()]);
  await mkdir(join(folder.path, 'rbac'));
});
afterEach(async () => {
  await fixture.close();
  await folder.remove();
});

/** Resources that are slow to say what is there: another process has done something by then. */
function overtaken(resources: readonly ResourceDefinition[], byAnother: () => Promise<unknown>): ResourceDefinition[] {
  return resources.map((resource) => {
    const { storage } = resource;
    const get: ResourceStorage['get'] = async (context, key) => {
      try {
        return (await storage.get?.(context, key)) as ObjectView;
      } finally {
        await byAnother();
      }
    };
    return { ...resource, storage: Object.assign(Object.create(storage) as ResourceStorage, { get }) };
  });
}

it('several processes that start at the same time bring the same manifests into force', async () => {
  const directory = join(folder.path, 'rbac');
  const start = (resources: readonly ResourceDefinition[]) => applyRbacManifests(directory, resources);
  for (const [to, verb] of [
    ['one', 'get'],
    ['one', 'list'],
    ['other', 'list'],
  ] as const) {
    await writeFile(join(directory, 'roles.yaml'), role('one', verb) + role('other', verb) + binding(to));
    expect(await start(overtaken(fixture.resources, () => start(fixture.resources)))).toEqual([]);
    const before = await fixture.store.lastPosition();
    expect(await start(fixture.resources)).toEqual([]);
    expect(await fixture.store.lastPosition()).toBe(before);
  }
});
