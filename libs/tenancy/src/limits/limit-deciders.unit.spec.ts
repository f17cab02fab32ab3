import { describe, it } from 'vitest';
import type { LimitRangeCreated, ResourceQuotaCreated } from '#lib/events';
import { given } from '#lib/testing';
import { limitRangeDecider } from './limit-range-decider.js';
import { resourceQuotaDecider } from './resource-quota-decider.js';

const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
const born = { namespace: 'ns', name: 'x', uid: 'u-1' };
const NOW = new Date('2026-03-04T05:06:07Z');
const limits = [{ type: 'openshift.io/ImageStream', max: { 'openshift.io/images': '5' } }];
const spec = { hard: { 'openshift.io/imagestreams': '5' } };

const rangeCreated: LimitRangeCreated = {
  type: 'LimitRangeCreated',
  data: { ...born, creationTimestamp: '2026-03-04T05:06:07Z', metadata, limits },
};
const quotaCreated: ResourceQuotaCreated = {
  type: 'ResourceQuotaCreated',
  data: { ...born, creationTimestamp: '2026-03-04T05:06:07Z', metadata, spec },
};

describe('a limit range', () => {
  it('is created once', () => {
    const create = { type: 'CreateLimitRange', ...born, now: NOW, metadata, limits } as const;
    given(limitRangeDecider)().when(create).then([rangeCreated]);
    given(limitRangeDecider)(rangeCreated).when(create).thenRefused('already-exists', { subject: 'x' });
  });

  it('says apart what changed of it', () => {
    const labelled = { ...metadata, labels: { team: 'web' } };
    const change = { type: 'ChangeLimitRange', name: 'x' } as const;
    const decided = given(limitRangeDecider)(rangeCreated);
    decided.when({ ...change, metadata, limits }).thenNothing();
    decided.when({ ...change, metadata, limits: [] }).then([{ type: 'LimitRangeLimitsChanged', data: { limits: [] } }]);
    decided.when({ ...change, metadata: labelled, limits }).thenTypes('LimitRangeMetadataChanged');
  });

  it('is deleted when it is the one that is meant', () => {
    const decided = given(limitRangeDecider)(rangeCreated);
    decided.when({ type: 'DeleteLimitRange', name: 'x', uid: 'u-2' }).thenRefused('conflict');
    decided.when({ type: 'DeleteLimitRange', name: 'x', uid: 'u-1' }).thenTypes('LimitRangeDeleted');
  });
});

describe('a resource quota', () => {
  it('is created once', () => {
    const create = { type: 'CreateResourceQuota', ...born, now: NOW, metadata, spec } as const;
    given(resourceQuotaDecider)().when(create).then([quotaCreated]);
    given(resourceQuotaDecider)(quotaCreated).when(create).thenRefused('already-exists', { subject: 'x' });
  });

  it('says apart what changed of it', () => {
    const change = { type: 'ChangeResourceQuota', name: 'x', metadata } as const;
    const decided = given(resourceQuotaDecider)(quotaCreated);
    decided.when({ ...change, spec }).thenNothing();
    decided
      .when({ ...change, spec: { hard: {} } })
      .then([{ type: 'ResourceQuotaSpecChanged', data: { spec: { hard: {} } } }]);
  });

  it('is deleted when it is the one that is meant', () => {
    const decided = given(resourceQuotaDecider)(quotaCreated);
    decided.when({ type: 'DeleteResourceQuota', name: 'x', uid: 'u-2' }).thenRefused('conflict');
    decided.when({ type: 'DeleteResourceQuota', name: 'x' }).thenTypes('ResourceQuotaDeleted');
  });
});
