import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { EVENT_STORE, InMemoryEventStore, Refusal, StaleVersionError } from '#lib/event-store';
import type { RecordedEvent } from '#lib/events';
import {
  A,
  B,
  create,
  creation,
  imageOf,
  item,
  NOW,
  push,
  spec,
  specify,
  tag,
  tagOf,
  update,
} from './example-stream.fixture.js';
import { ImageStreamModule } from './image-stream.module.js';
import { ImageStreamService } from './image-stream-service.js';
import type { StreamCaller } from './image-streams.js';
import { OPEN_POLICY } from './stream-policy.js';

const alice: StreamCaller = { actor: { user: 'alice', groups: [] }, requestId: 'r-1' };
const mayNot: StreamCaller = { ...alice, mayPullFrom: async () => ({ allowed: false, reason: 'no' }) };

/** A service on a store with the stream `ns/other`, whose tag `v1` shows {@link A}. */
async function setUp(): Promise<{ streams: ImageStreamService; store: InMemoryEventStore }> {
  const own = new InMemoryEventStore();
  @Global()
  @Module({ providers: [{ provide: EVENT_STORE, useValue: own }], exports: [EVENT_STORE] })
  class StoreModule {}
  const app = await Test.createTestingModule({
    imports: [StoreModule, ImageStreamModule.forRoot(OPEN_POLICY)],
  }).compile();
  const streams = app.get(ImageStreamService);
  await streams.create('ns', { ...create(spec()), creation: { ...creation, name: 'other' } }, alice);
  await streams.push('ns', push('v1', A, { name: 'other' }), alice);
  return { streams, store: own };
}

describe('the image stream service', () => {
  it('looks up the streams that tags refer to', async () => {
    const { streams } = await setUp();
    const tags = [tag('t', tagOf('other:v1')), tag('i', imageOf('other@aaaa')), tag('none', tagOf('other:v2'))];
    const { state } = await streams.create('ns', create(spec(...tags)), alice);
    expect(['t', 'i', 'none'].map((name) => state.tags.get(name)?.history.head?.image)).toEqual([A, A, undefined]);
  });

  it('refuses references to streams that are not there', async () => {
    const { streams } = await setUp();
    await expect(streams.create('ns', create(spec(tag('t', tagOf('missing:v1')))), alice)).rejects.toThrow(Refusal);
  });

  it('asks whether the caller may pull from streams of other namespaces, and of those only', async () => {
    const { streams } = await setUp();
    await streams.create('ns', create(spec(tag('t', tagOf('other:v1')))), mayNot);
    const foreign = { ...create(spec(tag('t', tagOf('other:v1', 'ns')))), creation: { ...creation, namespace: 'far' } };
    await expect(streams.create('far', foreign, mayNot)).rejects.toThrow('spec.tags[t].from: ns/other: "no"');
    expect((await streams.create('far', foreign, alice)).state.tags.get('t')?.history.head?.image).toBe(A);
  });

  it('does not ask again for a reference that has not changed', async () => {
    const { streams } = await setUp();
    const wish = tag('t', tagOf('other:v1', 'ns'));
    await streams.create('far', { ...create(spec(wish)), creation: { ...creation, namespace: 'far' } }, alice);
    const { events } = await streams.update('far', update(spec({ ...wish, annotations: { note: 'x' } })), mayNot);
    expect(events.map(({ type }) => type)).toEqual(['TagSpecified']);
  });

  it('records who did it and through what, but not what they may do', async () => {
    const { streams, store } = await setUp();
    await streams.create('ns', create(spec()), mayNot);
    const events: RecordedEvent[] = [];
    for await (const page of store.readAll({ after: 0 })) events.push(...page);
    expect(events.at(-1)?.metadata).toMatchObject({ actor: { user: 'alice', groups: [] }, requestId: 'r-1' });
    expect(events.at(-1)?.metadata).not.toHaveProperty('mayPullFrom');
  });

  it('lets writers of different tags through at once', async () => {
    const { streams } = await setUp();
    await streams.create('ns', create(spec()), alice);
    const names = Array.from({ length: 32 }, (_, index) => `t${index}`);
    await Promise.all(names.map((name) => streams.push('ns', push(name, B), alice)));
    const { state } = await streams.load('ns', 'st');
    expect([...state.tags.keys()].sort()).toEqual([...names].sort());
  });

  it('refuses a version that is no longer current, also in a dry run', async () => {
    const { streams } = await setUp();
    const { version } = await streams.create('ns', create(spec()), alice);
    await streams.push('ns', push('v1', B), alice);
    const command = update(spec(tag('v1', 'quay.io/a/b:c')));
    await expect(streams.update('ns', command, alice, { version })).rejects.toThrow(StaleVersionError);
    await expect(streams.preview('ns', 'st', command, alice, { version })).rejects.toThrow(StaleVersionError);
  });

  it('shows what a command would lead to, references included, without storing it', async () => {
    const { streams } = await setUp();
    const { state, events } = await streams.preview('ns', 'st', create(spec(tag('t', tagOf('other:v1')))), alice);
    expect(events).toHaveLength(3);
    expect(state.tags.get('t')?.history.head).toMatchObject(item(A, { created: expect.any(String) as string }));
    expect((await streams.load('ns', 'st')).state.header).toBeUndefined();
  });

  it('runs every kind of command', async () => {
    const { streams } = await setUp();
    const sources = new Map();
    await streams.specifyTag('ns', specify(tag('v1', 'quay.io/a/b:c')), alice);
    await streams.removeTagSpec('ns', { type: 'RemoveTagSpec', name: 'st', tag: 'v1', now: NOW, sources }, alice);
    await streams.applyImport(
      'ns',
      { type: 'ApplyImport', creation, importUid: 'i-1', tags: [], now: NOW, sources },
      alice,
    );
    await streams.push('ns', push('v1', A), alice);
    const { metadata } = (await streams.load('ns', 'st')).state.header ?? {};
    const status = { type: 'ReplaceStatus', name: 'st', tags: [], window: 100 } as const;
    if (metadata !== undefined) await streams.replaceStatus('ns', { ...status, metadata }, alice);
    await streams.push('ns', push('v2', A), alice);
    await streams.deleteTag('ns', { type: 'DeleteTag', name: 'st', tag: 'v2' }, alice);
    await streams.delete('ns', { type: 'DeleteStream', now: new Date(), name: 'st' }, alice);
    expect((await streams.load('ns', 'st')).state.header).toBeUndefined();
  });
});
