import { describe, expect, it } from 'vitest';
import { parseReference } from '#lib/registry';
import type { ImageImport, RepositoryImport } from '../import-request.js';
import { keyOfRepositoryTag, planFetches } from './fetch-plan.js';

const policies = { referencePolicy: { type: 'Source' }, includeManifest: false };
const image = (from: string, importPolicy: Partial<ImageImport['importPolicy']> = {}, to?: string): ImageImport => ({
  ...{ from, ...policies, importPolicy: { importMode: 'Legacy', ...importPolicy } },
  ...(to === undefined ? {} : { to }),
});

const sizeOf = (...images: ImageImport[]): number => planFetches(images, () => ({})).fetches.size;

describe('a plan of what to fetch', () => {
  it('fetches once what several entries mean', () => {
    expect(sizeOf(image('busybox'), image('busybox:latest'), image('docker.io/library/busybox'))).toBe(1);
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(sizeOf(image(`busybox@${digest}`), image(`busybox:1@${digest}`))).toBe(1);
  });

  it('keeps apart what may turn out differently', () => {
    expect(sizeOf(image('a/b:1'), image('a/b:2'), image('a/c:1'))).toBe(3);
    expect(sizeOf(image('a/b'), image('a/b', { insecure: true }))).toBe(2);
    expect(sizeOf(image('a/b'), image('a/b', { importMode: 'PreserveOriginal' }))).toBe(2);
  });

  it('asks for the platform that the written tag prefers, or else the tag that is read', () => {
    const preferred = { arm: { architecture: 'arm64' }, '1': { os: 'windows' } } as Record<string, object>;
    const images = [image('a/b:1', {}, 'arm'), image('a/b:1'), image(`a/b@sha256:${'0'.repeat(64)}`, {}, 'arm')];
    const { fetches } = planFetches(images, (tag) => preferred[tag] ?? {});
    expect([...fetches.values()].map((fetch) => fetch.preferred)).toEqual([
      { architecture: 'arm64' },
      { os: 'windows' },
      {},
    ]);
  });

  it('has no fetch for what cannot be read', () => {
    const { fetches, entries } = planFetches([image('*'), image('quay.io'), image('a/b')], () => ({}));
    expect(entries.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable', 'fetch']);
    expect(fetches.size).toBe(1);
  });

  it('finds the tags of a repository that are fetched already', () => {
    const { fetches } = planFetches([image('a/b:1')], () => ({}));
    const spec: RepositoryImport = image('a/b');
    const has = (repository: string, tag: string, wanted = spec): boolean =>
      fetches.has(keyOfRepositoryTag(parseReference(repository), tag, wanted));
    expect([has('docker.io/a/b', '1'), has('a/b', '2'), has('a/b', '1', image('a/b', { insecure: true }))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
