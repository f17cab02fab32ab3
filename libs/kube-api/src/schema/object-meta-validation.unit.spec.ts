import { describe, expect, it } from 'vitest';
import { dns1123Subdomain, pathSegmentName } from './names.js';
import { MAX_ANNOTATION_BYTES, validateObjectMeta, validateObjectMetaUpdate } from './object-meta-validation.js';
import type { MetadataToCheck } from './object-meta-validation.js';

const texts = (meta: MetadataToCheck, namespaced = true): readonly string[] =>
  validateObjectMeta(meta, { namespaced, nameRule: pathSegmentName }).map(
    ({ field, message }) => `${field}: ${message}`,
  );

describe('validateObjectMeta', () => {
  it('takes a full and proper metadata', () => {
    expect(
      texts({
        name: 'ruby:2.7',
        namespace: 'dev',
        labels: { app: 'x', 'example.com/tier': '' },
        annotations: { 'example.com/Note': 'any text at all\n' },
        finalizers: ['example.com/wait'],
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'u', controller: true }],
      }),
    ).toEqual([]);
  });

  it.each<[string, MetadataToCheck, boolean, string]>([
    ['no name', { namespace: 'dev' }, true, 'metadata.name: Required value: name or generateName is required'],
    ['a bad name', { name: 'a/b' }, false, `metadata.name: Invalid value: "a/b": may not contain '/'`],
    ['no namespace', { name: 'a' }, true, 'metadata.namespace: Required value'],
    [
      'a namespace too many',
      { name: 'a', namespace: 'x' },
      false,
      'metadata.namespace: Forbidden: not allowed on this type',
    ],
    [
      'a negative generation',
      { name: 'a', generation: -1 },
      false,
      'metadata.generation: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'an owner without version',
      { name: 'a', ownerReferences: [{ kind: 'K', name: 'n', uid: 'u' }] },
      false,
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
    ],
    [
      'an event as owner',
      { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'n', uid: 'u' }] },
      false,
      'disallowed from being an owner',
    ],
    [
      'a bad label key',
      { name: 'a', labels: { 'a b': '' } },
      false,
      'metadata.labels: Invalid value: "a b": name part must consist of',
    ],
    [
      'a bad label value',
      { name: 'a', labels: { a: 'b c' } },
      false,
      'metadata.labels: Invalid value: "b c": a valid label must be',
    ],
    [
      'a bad annotation key',
      { name: 'a', annotations: { 'a b': '' } },
      false,
      'metadata.annotations: Invalid value: "a b": name part',
    ],
    [
      'too long annotations',
      { name: 'a', annotations: { a: 'x'.repeat(MAX_ANNOTATION_BYTES) } },
      false,
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      'a bad finalizer',
      { name: 'a', finalizers: ['a b'] },
      false,
      'metadata.finalizers: Invalid value: "a b": name part',
    ],
    ['two ways to delete', { name: 'a', finalizers: ['orphan', 'foregroundDeletion'] }, false, 'cannot be both set'],
  ])('refuses %s', (_, meta, namespaced, text) => {
    const found = texts(meta, namespaced);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
  });

  it('refuses two controllers by name', () => {
    const owner = (name: string): object => ({ apiVersion: 'v1', kind: 'K', name, uid: name, controller: true });
    expect(texts({ name: 'a', ownerReferences: [owner('one'), owner('two')] }, false)[0]).toContain(
      'Found "true" in references for one and two',
    );
  });

  it('holds generateName against the rule for prefixes', () => {
    expect(
      validateObjectMeta({ generateName: 'A-', name: 'a' }, { namespaced: false, nameRule: dns1123Subdomain }),
    ).toMatchObject([{ field: 'metadata.generateName' }]);
  });
});

describe('validateObjectMetaUpdate', () => {
  const old: MetadataToCheck = {
    name: 'a',
    namespace: 'n',
    uid: 'u',
    creationTimestamp: '2026-11-24T00:00:00Z',
    generation: 2,
  };

  it('lets labels, annotations and generation grow', () => {
    expect(validateObjectMetaUpdate({ ...old, generation: 3, labels: { a: 'b' } }, old)).toEqual([]);
  });

  it('keeps identity as it is', () => {
    expect(
      validateObjectMetaUpdate({ ...old, name: 'b', uid: 'v', generation: 1 }, old).map(
        ({ field, message }) => `${field}: ${message}`,
      ),
    ).toEqual([
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.uid: Invalid value: "v": field is immutable',
      'metadata.generation: Invalid value: 1: must not be decremented',
    ]);
  });

  it('lets an object that is being deleted lose finalizers only', () => {
    const dying = { ...old, deletionTimestamp: '2026-11-24T00:00:01Z', finalizers: ['example.com/a'] };
    expect(validateObjectMetaUpdate({ ...dying, finalizers: [] }, dying)).toEqual([]);
    expect(validateObjectMetaUpdate({ ...dying, finalizers: ['example.com/b'] }, dying)).toMatchObject([
      { field: 'metadata.finalizers', reason: 'FieldValueForbidden' },
    ]);
  });
});
