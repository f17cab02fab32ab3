import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamName, type ImageStreamEvent, type LimitRangeCreated } from '#lib/events';
import type { ContractLog } from '../example-log.js';

const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
const creationTimestamp = '2026-01-02T03:04:05Z';

const range = (name: string): LimitRangeCreated => ({
  type: 'LimitRangeCreated',
  data: { namespace: 'ns', name, uid: name, creationTimestamp, metadata, limits: [{ type: 'openshift.io/Image' }] },
});

const stream = (namespace: string, name: string): ImageStreamEvent => ({
  type: 'ImageStreamCreated',
  data: {
    ...{ namespace, name, uid: name, creationTimestamp, metadata, generation: 1 },
    ...{ lookupPolicy: { local: false }, dockerImageRepository: '' },
  },
});

export const declaredContract = (newLog: () => ContractLog): void => {
  let log: ContractLog;
  beforeEach(() => {
    log = newLog();
  });
  afterEach(() => log.dispose());

  describe('what was declared', () => {
    it('is kept by kind, as of its last event', async () => {
      await log.append(streamName.limitRange('ns', 'a'), [range('a')]);
      await log.append(streamName.limitRange('ns', 'b'), [range('b')]);
      const version = await log.append(streamName.limitRange('ns', 'a'), [
        { type: 'LimitRangeLimitsChanged', data: { limits: [] } },
      ]);
      await log.append(streamName.limitRange('ns', 'b'), [{ type: 'LimitRangeDeleted', data: { uid: 'b' } }]);
      const { model } = await log.project();
      expect(await model.declaredList('limitRange', undefined, { limit: 10 })).toEqual([
        { kind: 'limitRange', version, object: { ...range('a').data, limits: [] } },
      ]);
      expect(await model.declared('limitRange', 'ns', 'b')).toBeUndefined();
      expect(await model.declared('resourceQuota', 'ns', 'a')).toBeUndefined();
    });
  });

  describe('the number of streams', () => {
    it('is that of each namespace', async () => {
      for (const [namespace, name] of [
        ['ns', 'a'],
        ['ns', 'b'],
        ['far', 'a'],
      ] as const) {
        await log.append(streamName.imageStream(namespace, name), [stream(namespace, name)]);
      }
      const deleted: ImageStreamEvent = { type: 'ImageStreamDeleted', data: { namespace: 'ns', name: 'a', uid: 'a' } };
      await log.append(streamName.imageStream('ns', 'a'), [deleted]);
      const { model } = await log.project();
      const counts = await Promise.all(['ns', 'far', 'none'].map((namespace) => model.streamCount(namespace)));
      expect(counts).toEqual([1, 1, 0]);
    });
  });
};
