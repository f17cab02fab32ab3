import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventContext } from '#lib/events';
import { secretNamed } from '../secrets/secret-store.contract.js';
import { tenancyFixture, type TenancyFixture } from '../testing/tenancy-fixture.js';
import type { IsMeant, NamespaceContents } from './namespace-contents.js';
import type { NamespaceFinalizer } from './namespace-finalizer.js';

const CONTEXT: EventContext = { actor: { user: 'dev', groups: [] } };

/** Contents that are gone after as many calls as there are numbers. */
class FakeContents implements NamespaceContents {
  readonly calls: { readonly namespace: string; readonly context: EventContext }[] = [];

  constructor(private readonly answers: (number | Error)[] = []) {}

  async deleteAll(namespace: string, context: EventContext, _isMeant: IsMeant): Promise<number> {
    this.calls.push({ namespace, context });
    const answer = this.answers.shift() ?? 0;
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

describe('NamespaceFinalizer', () => {
  let fixture: TenancyFixture;
  let running: NamespaceFinalizer | undefined;

  beforeEach(async () => {
    fixture = await tenancyFixture();
    await fixture.namespaces.handle(fixture.namespaces.creation('shop'), CONTEXT);
    await fixture.namespaces.handle(fixture.namespaces.creation('other'), CONTEXT);
  });
  afterEach(async () => {
    await running?.stop();
    await fixture.close();
  });

  const run = (
    contents: NamespaceContents,
    onFailure?: (namespace: string | undefined, error: unknown) => void,
  ): void => {
    running = fixture.finalizer(contents, onFailure);
    running.start();
  };
  const requestDeletion = (name: string) => fixture.namespaces.handle(fixture.namespaces.deletion(name), CONTEXT);
  const gone = (name: string) =>
    vi.waitFor(async () => expect(await fixture.readModel.namespace(name)).toBeUndefined(), { timeout: 10_000 });

  it('empties a namespace until nothing is left, and then lets it go', async () => {
    const secret = {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: 's', namespace: 'shop' },
      type: 'Opaque',
    } as const;
    await fixture.secrets.write('shop', 's', () => secret);
    await fixture.secrets.write('other', 's', () => ({ ...secret, metadata: { name: 's', namespace: 'other' } }));
    const contents = new FakeContents([3, 1, 0]);
    run(contents);
    const { events } = await requestDeletion('shop');
    await gone('shop');
    expect(contents.calls).toHaveLength(3);
    expect(contents.calls[0]).toEqual({
      namespace: 'shop',
      context: { actor: { user: 'system:tagline', groups: [] }, cause: events[0]?.metadata.id },
    });
    expect(await fixture.secrets.get('shop', 's')).toBeUndefined();
    expect(await fixture.secrets.get('other', 's')).toBeDefined();
    expect(await fixture.readModel.namespace('other')).toBeDefined();
  });

  it('takes up at the start what was left half done', async () => {
    await requestDeletion('shop');
    run(new FakeContents());
    await gone('shop');
  });

  it('tries again after a failure, and tells of it', async () => {
    const failures: [string | undefined, unknown][] = [];
    run(new FakeContents([new Error('disk'), new Error('disk')]), (...failure) => failures.push(failure));
    await requestDeletion('shop');
    await gone('shop');
    expect(failures).toEqual([
      ['shop', new Error('disk')],
      ['shop', new Error('disk')],
    ]);
  });

  it('empties a namespace that is created and deleted again', async () => {
    run(new FakeContents());
    await requestDeletion('shop');
    await gone('shop');
    await fixture.namespaces.handle(fixture.namespaces.creation('shop'), CONTEXT);
    await requestDeletion('shop');
    await gone('shop');
  });

  it('leaves a namespace that it could not empty for the next start', async () => {
    const stuck: NamespaceContents = { deleteAll: () => Promise.reject(new Error('disk')) };
    let failed: () => void = () => undefined;
    const failure = new Promise<void>((resolve) => (failed = resolve));
    run(stuck, () => failed());
    await requestDeletion('shop');
    await failure;
    await running?.stop();
    expect((await fixture.readModel.namespace('shop'))?.namespace.deletionTimestamp).toBeDefined();
    run(new FakeContents());
    await gone('shop');
  });

  it('leaves alone what a later namespace of the same name holds', async () => {
    // Another process finishes the deletion, and somebody begins anew, while this one empties.
    const slow = new FakeContents();
    slow.deleteAll = async (_namespace, _context, isMeant) => {
      const { namespace } = (await fixture.readModel.namespace('shop')) ?? {};
      if (namespace?.deletionTimestamp === undefined || !(await isMeant())) return 0;
      await fixture.namespaces.handle({ type: 'FinishNamespaceDeletion', name: 'shop', uid: namespace.uid }, CONTEXT);
      const { version, state } = await fixture.namespaces.handle(fixture.namespaces.creation('shop'), CONTEXT);
      await fixture.readModel.waitFor(version);
      await fixture.secrets.adopt('shop', state?.uid ?? '');
      await fixture.secrets.write('shop', 'new', () => secretNamed('shop', 'new'));
      expect(await isMeant()).toBe(false);
      return 1;
    };
    run(slow);
    await requestDeletion('shop');
    await vi.waitFor(async () => expect(await fixture.secrets.get('shop', 'new')).toBeDefined(), { timeout: 10_000 });
    await running?.stop();
    expect(await fixture.secrets.get('shop', 'new')).toBeDefined();
    expect((await fixture.readModel.namespace('shop'))?.namespace.deletionTimestamp).toBeUndefined();
  });

  it('deletes its own secrets of namespaces that went, or were replaced, while it was away', async () => {
    for (const name of ['shop', 'other', 'gone']) {
      await fixture.secrets.adopt(name, name === 'other' ? ((await uidOf('other')) ?? '') : `former-${name}`);
      await fixture.secrets.write(name, 's', () => secretNamed(name, 's'));
    }
    await fixture.finalizer(new FakeContents()).settle();
    const left = await fixture.secrets.list(undefined, 10);
    expect(left.map(({ metadata }) => metadata.namespace)).toEqual(['other']);
  });

  const uidOf = async (name: string) => (await fixture.readModel.namespace(name))?.namespace.uid;
});
