import { Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GroupsModule, RbacIndex, RbacModule, TOKEN_ISSUER, TOKEN_REVIEWER } from '#lib/access';
import { EVENT_STORE } from '#lib/event-store';
import { ChangeFeed, READ_MODEL } from '#lib/read-model';
import type { ResourceDefinition } from '#lib/kube-api';
import { LimitsModule } from './limits/limits.module.js';
import { NAMESPACE_CONTENTS, type NamespaceContents } from './namespaces/namespace-contents.js';
import { DEFAULT_NAMESPACES, NamespaceService } from './namespaces/namespace-service.js';
import { TENANCY_RESOURCES } from './tenancy-resources.js';
import { NAMESPACE_CHANGES, TenancyModule } from './tenancy.module.js';
import { temporaryFolder, tenancyFixture, type TenancyFixture } from './testing/tenancy-fixture.js';

@Module({})
class StoresModule {
  static of({ store, readModel, issuer, tokenReviewer }: TenancyFixture, contents: NamespaceContents): DynamicModule {
    const provided = [
      { provide: EVENT_STORE, useValue: store },
      { provide: READ_MODEL, useValue: readModel },
      { provide: NAMESPACE_CHANGES, useValue: new ChangeFeed(store, new Set(['namespace'])) },
      { provide: NAMESPACE_CONTENTS, useValue: contents },
      { provide: TOKEN_ISSUER, useValue: issuer },
      { provide: TOKEN_REVIEWER, useValue: tokenReviewer },
    ];
    return { module: StoresModule, global: true, providers: provided, exports: provided.map(({ provide }) => provide) };
  }
}

let fixture: TenancyFixture;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  fixture = await tenancyFixture();
  folder = await temporaryFolder();
});
afterEach(async () => {
  await fixture.close();
  await folder.remove();
});

it('runs as a module: default namespaces are there, deleted ones go, the resources are offered', async () => {
  const deleteAll = vi.fn(() => Promise.resolve(0));
  const built = await Test.createTestingModule({
    imports: [
      StoresModule.of(fixture, { deleteAll }),
      RbacModule.forRoot({ selfProvisioning: true }),
      LimitsModule.forRoot(),
      GroupsModule.forRoot(),
      TenancyModule.forRoot({ dataDir: folder.path, maxTokenLifetime: 86_400_000 }),
    ],
  }).compile();
  await built.init();

  await fixture.readModel.waitFor(await fixture.store.lastPosition());
  const names = (await fixture.readModel.namespaces({ limit: 10 })).map(({ namespace }) => namespace.name);
  expect(names.toSorted()).toEqual([...DEFAULT_NAMESPACES].toSorted());

  const roles = built.get(RbacIndex);
  for (const name of DEFAULT_NAMESPACES) {
    expect(roles.get('roleBinding', name, 'system:image-pullers')).toBeDefined();
  }
  expect(roles.get('role', 'openshift', 'shared-resource-viewer')).toBeDefined();

  const namespaces = built.get(NamespaceService);
  await namespaces.handle(namespaces.deletion('openshift'), { actor: { user: 'dev', groups: [] } });
  await vi.waitFor(async () => expect(await fixture.readModel.namespace('openshift')).toBeUndefined(), {
    timeout: 10_000,
  });
  expect(deleteAll).toHaveBeenCalledWith('openshift', expect.anything(), expect.any(Function));
  await vi.waitFor(() => expect(roles.get('role', 'openshift', 'shared-resource-viewer')).toBeUndefined());

  const resources = built.get<readonly ResourceDefinition[]>(TENANCY_RESOURCES);
  expect(resources.map(({ group, resource }) => `${group}/${resource}`)).toEqual(
    expect.arrayContaining([
      '/namespaces',
      '/limitranges',
      '/resourcequotas',
      '/secrets',
      '/serviceaccounts',
      '/pods',
      'project.openshift.io/projects',
      'user.openshift.io/users',
      'rbac.authorization.k8s.io/rolebindings',
    ]),
  );
  await built.close();
});
