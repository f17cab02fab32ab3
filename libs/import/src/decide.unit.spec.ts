import { describe, it } from 'vitest';
import type { ImportCompleted, ImportFailed, ImportRequested } from '#lib/events';
import { given } from '#lib/testing';
import type { CompleteImport, FailImport, RequestImport } from './commands.js';
import { importDecider } from './decide.js';

const anImport = given(importDecider);

const identity = { uid: 'import-1', namespace: 'team', name: 'app' };
const wish = { ...identity, trigger: 'request', images: [{ from: 'registry.example.com/a/b:1', to: '1' }] } as const;
const requested: ImportRequested = { type: 'ImportRequested', data: wish };
const ending = {
  outcomes: [{ from: 'registry.example.com/a/b:1', tag: '1', image: 'sha256:1' }],
  additionalTags: 3,
  durationMs: 40,
};
const completed: ImportCompleted = { type: 'ImportCompleted', data: { ...identity, ...ending } };
const failed: ImportFailed = { type: 'ImportFailed', data: { ...identity, reason: 'conflict', message: 'changed' } };

const request: RequestImport = { type: 'RequestImport', ...wish };
const complete: CompleteImport = { type: 'CompleteImport', ...ending };
const fail: FailImport = { type: 'FailImport', reason: 'conflict', message: 'changed' };

describe('an import', () => {
  it('is asked for', () => {
    anImport().when(request).then([requested]);
  });

  it('of nothing is refused', () => {
    anImport()
      .when({ ...request, images: [] })
      .thenRefused('invalid');
  });

  it('may be of a repository alone', () => {
    const repository = 'registry.example.com/a/b';
    anImport()
      .when({ ...request, images: [], repository })
      .then([{ ...requested, data: { ...wish, images: [], repository } }]);
  });

  it('is asked for only once', () => {
    anImport(requested).when(request).thenRefused('already-exists', { subject: 'import-1' });
  });

  it('ends with what became of each image', () => {
    anImport(requested).when(complete).then([completed]);
  });

  it('may end with nothing to show for it', () => {
    anImport(requested).when(fail).then([failed]);
  });

  it('cannot end before it was asked for', () => {
    anImport().when(complete).thenRefused('not-found');
    anImport().when(fail).thenRefused('not-found');
  });

  it.each([completed, failed])('ends only once: $type', (end) => {
    anImport(requested, end).when(complete).thenRefused('conflict');
    anImport(requested, end).when(fail).thenRefused('conflict');
  });
});
