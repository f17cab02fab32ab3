import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject, ObjectView } from '#lib/kube-api';
import {
  ADMIN_USER,
  DEVELOPER,
  namesIn,
  namespaceNamed,
  requestBy,
  tenancyFixture,
  type TenancyFixture,
} from '../testing/tenancy-fixture.js';

const GROUP = 'project.openshift.io';
const WRITE = { dryRun: false };
const WEB_MAY_GET_SHOP = {
  verbs: ['get'],
  apiGroups: [GROUP],
  resources: ['projects'],
  resourceNames: ['shop'],
};

describe('projects', () => {
  let fixture: TenancyFixture;
  const projects = () => fixture.storage(GROUP, 'projects');
  const requests = () => fixture.storage(GROUP, 'projectrequests');
  const admin = requestBy(ADMIN_USER);

  beforeEach(async () => {
    fixture = await tenancyFixture([['web', [WEB_MAY_GET_SHOP]]]);
  });
  afterEach(() => fixture.close());

  it('are namespaces under another name', async () => {
    await projects().create(admin, {}, { ...namespaceNamed('shop'), kind: 'Project' }, WRITE);
    expect((await fixture.storage('', 'namespaces').get(admin, { name: 'shop' })).object().kind).toBe('Namespace');
    const project = (await projects().get(admin, { name: 'shop' })).object();
    expect(project).toMatchObject({
      kind: 'Project',
      apiVersion: 'project.openshift.io/v1',
      metadata: { name: 'shop' },
      status: { phase: 'Active' },
    });
    await expect(projects().create(admin, {}, namespaceNamed('shop'), WRITE)).rejects.toMatchObject({
      message: 'projects.project.openshift.io "shop" already exists',
    });
    await expect(projects().get(admin, { name: 'x' })).rejects.toMatchObject({
      message: 'projects.project.openshift.io "x" not found',
    });
  });

  it('show a caller only those that the caller may get', async () => {
    for (const name of ['api', 'shop', 'web']) await projects().create(admin, {}, namespaceNamed(name), WRITE);
    expect(await namesIn(await projects().list(admin, {}))).toEqual(['api', 'shop', 'web']);
    expect(await namesIn(await projects().list(requestBy(DEVELOPER), { limit: 1 }))).toEqual(['shop']);
    const watching = new AbortController();
    const seen: string[] = [];
    for await (const batch of projects().watch(requestBy(DEVELOPER, watching.signal), {}, 0)) {
      seen.push(...batch.changes.map(({ view }) => view.name));
      if (batch.resourceVersion === '3') watching.abort();
    }
    expect(seen).toEqual(['shop']);
  });

  it('are requested with what they are called, what for and by whom', async () => {
    expect(await requests().list(requestBy(DEVELOPER), {})).toMatchObject({ status: 'Success' });
    const asked = {
      kind: 'ProjectRequest',
      apiVersion: 'project.openshift.io/v1',
      metadata: { name: 'shop' },
      displayName: 'The shop',
      description: 'Sells things',
    } as KubeObject;
    const created = (await requests().create(requestBy(DEVELOPER), {}, asked, WRITE)) as ObjectView;
    expect(created.object()).toMatchObject({
      kind: 'Project',
      metadata: {
        annotations: {
          'openshift.io/display-name': 'The shop',
          'openshift.io/description': 'Sells things',
          'openshift.io/requester': 'dev',
        },
      },
    });
    await expect(requests().create(admin, {}, asked, WRITE)).rejects.toMatchObject({
      message: 'project.project.openshift.io "shop" already exists',
    });
  });

  it('have the columns of OpenShift', async () => {
    const definition = fixture.resources.find(({ resource }) => resource === 'projects');
    const annotations = { 'openshift.io/display-name': 'The shop' };
    await projects().create(admin, {}, namespaceNamed('shop', { annotations }), WRITE);
    const project = (await projects().get(admin, { name: 'shop' })).object();
    expect(definition?.columns?.columns.map(({ name }) => name)).toEqual(['Name', 'Display Name', 'Status']);
    expect(definition?.columns?.cells(project, new Date())).toEqual(['shop', 'The shop', 'Active']);
  });
});
