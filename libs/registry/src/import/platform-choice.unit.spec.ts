import { expect, it } from 'vitest';
import type { IndexEntry } from '../manifests/manifest.js';
import { sha256Digest } from '../references/digest.js';
import { choosePlatform } from './platform-choice.js';

const entry = (os: string, architecture: string): IndexEntry => ({
  mediaType: 'm',
  size: 1,
  digest: sha256Digest(os + architecture),
  platform: { os, architecture },
});
const attestation: IndexEntry = { mediaType: 'm', size: 1, digest: sha256Digest('') };
const [amd64, arm64, windows] = [entry('linux', 'amd64'), entry('linux', 'arm64'), entry('windows', 'amd64')];
const own = { architecture: 'amd64', os: 'linux' };
const chosen = (entries: IndexEntry[], preference = {}) => {
  const choice = choosePlatform(entries, preference, own);
  return choice && [choice.entry, choice.because];
};

it('takes what is preferred, and completes half a preference with where the server runs', () => {
  expect(chosen([amd64, arm64, windows], { architecture: 'arm64', os: 'linux' })).toEqual([arm64, 'preferred']);
  expect(chosen([amd64, arm64, windows], { architecture: 'arm64' })).toEqual([arm64, 'preferred']);
  expect(chosen([windows, amd64])).toEqual([amd64, 'preferred']);
});

it('falls back to linux/amd64, then to the first', () => {
  expect(chosen([arm64, amd64], { architecture: 's390x' })).toEqual([amd64, 'linux/amd64']);
  expect(chosen([attestation, arm64])).toEqual([attestation, 'first']);
  expect(chosen([])).toBeUndefined();
});
