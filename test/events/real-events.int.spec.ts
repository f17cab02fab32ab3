import { expect, it } from 'vitest';
import { InMemoryEventStore } from '#lib/event-store';
import { SignatureService } from '#lib/signature';
import { ConformanceServer } from '../conformance/servers.js';
import { BESIDE_TRANSCRIPTS, EventValidation } from './event-validation.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/team';
const CORE = '/api/v1/namespaces/team';
const GROUPS = '/apis/user.openshift.io/v1/groups';

it('what the transcripts do not do, too, makes events that keep to their schemas', async () => {
  const server = await ConformanceServer.start('plain');
  const send = async (method: string, path: string, body: object): Promise<void> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { status, text } = await server.send(method, path, { 'content-type': type }, JSON.stringify(body));
    expect(status, text).toBeLessThan(300);
  };
  const labelled = { metadata: { labels: { tier: 'web' } } };
  const rule = { apiGroups: ['image.openshift.io'], resources: ['imagestreams'], verbs: ['get'] };
  const subject = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'alice' };
  const limits = (max: string) => [{ type: 'openshift.io/Image', max: { storage: max } }];

  await send('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  await send('PATCH', CORE, labelled);
  await send('POST', `${RBAC}/roles`, { metadata: { name: 'reader' }, rules: [rule] });
  await send('PATCH', `${RBAC}/roles/reader`, labelled);
  await send('PATCH', `${RBAC}/roles/reader`, { rules: [{ ...rule, verbs: ['get', 'list'] }] });
  await send('POST', `${RBAC}/roles`, { metadata: { name: 'passing' }, rules: [rule] });
  await send('DELETE', `${RBAC}/roles/passing`, {});
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  await send('POST', `${RBAC}/rolebindings`, { metadata: { name: 'readers' }, roleRef, subjects: [subject] });
  await send('PATCH', `${RBAC}/rolebindings/readers`, labelled);
  await send('PATCH', `${RBAC}/rolebindings/readers`, { subjects: [{ ...subject, name: 'bob' }] });
  await send('POST', `${CORE}/limitranges`, { metadata: { name: 'images' }, spec: { limits: limits('1Gi') } });
  await send('PATCH', `${CORE}/limitranges/images`, labelled);
  await send('PATCH', `${CORE}/limitranges/images`, { spec: { limits: limits('2Gi') } });
  const hard = { 'openshift.io/imagestreams': '10' };
  await send('POST', `${CORE}/resourcequotas`, { metadata: { name: 'streams' }, spec: { hard } });
  await send('PATCH', `${CORE}/resourcequotas/streams`, labelled);
  await send('POST', `${CORE}/serviceaccounts`, { metadata: { name: 'robot' } });
  await send('PATCH', `${CORE}/serviceaccounts/robot`, labelled);
  await send('PATCH', `${CORE}/serviceaccounts/robot`, { imagePullSecrets: [{ name: 'pull' }] });
  await send('DELETE', `${CORE}/serviceaccounts/robot`, {});
  await send('POST', GROUPS, { metadata: { name: 'developers' }, users: ['alice', 'bob'] });
  await send('PATCH', `${GROUPS}/developers`, labelled);
  await send('PATCH', `${GROUPS}/developers`, { users: ['alice'] });
  await send('DELETE', `${GROUPS}/developers`, {});

  const validation = new EventValidation();
  await server.stop((event) => validation.add(event));
  for (const event of await verifiedSignature()) validation.add(event);
  expect(validation.problems).toEqual([]);
  expect([...validation.seen]).toEqual(expect.arrayContaining([...BESIDE_TRANSCRIPTS]));
});

/** Nobody can record a verification through the API yet. */
async function verifiedSignature(): Promise<readonly { readonly type: string; readonly data: object }[]> {
  const signatures = new SignatureService(new InMemoryEventStore());
  const [image, name] = ['sha256:abc', 'sha256:abc@release'];
  const context = { actor: { user: 'alice', groups: [] } };
  const now = new Date(Date.UTC(2026, 0, 1));
  const signature = { name, type: 'AtomicImageV1', content: Buffer.from('signature').toString('base64') };
  await signatures.add({ image, signature, uid: 'uid-signature', now }, context);
  const time = now.toISOString();
  const conditions = ['Trusted', 'ForImage'].map((type) => ({
    ...{ type, status: 'True', lastProbeTime: time, lastTransitionTime: time },
  }));
  return (await signatures.recordVerification({ image, name, conditions, claims: {} }, context)).events;
}
