import { describe, expect, it } from 'vitest';
import { readSimpleSigning } from './simple-signing.js';

const critical = {
  type: 'atomic container signature',
  image: { 'docker-manifest-digest': `sha256:${'a'.repeat(64)}` },
  identity: { 'docker-reference': 'registry.example.com/team/app:1' },
};
const read = (document: unknown): ReturnType<typeof readSimpleSigning> =>
  readSimpleSigning(Buffer.from(JSON.stringify(document)));

describe('reading the document of a simple-signing signature', () => {
  it('lists every claim by its path', () => {
    const signing = read({ critical, optional: { creator: 'me', build: { number: 7, clean: true, steps: [1] } } });
    expect(signing?.claims).toMatchObject({
      'critical.type': critical.type,
      'optional.creator': 'me',
      'optional.build.number': '7',
      'optional.build.clean': 'true',
    });
    expect(signing?.claims).not.toHaveProperty(['optional.build.steps']);
  });

  it.each([
    ['no document', undefined],
    ['another type', { critical: { ...critical, type: 'something else' } }],
    ['no digest', { critical: { ...critical, image: {} } }],
    ['no reference', { critical: { ...critical, identity: { 'docker-reference': 1 } } }],
    ['a list', [critical]],
  ])('does not take %s for one', (_what, document) => {
    expect(read(document ?? null)).toBeUndefined();
  });

  it('leaves out a time that cannot be one', () => {
    for (const timestamp of [-1, 1e300, 'yesterday', null]) {
      expect(read({ critical, optional: { timestamp } })?.time).toBeUndefined();
    }
  });

  it('keeps keys that mean something to JavaScript as plain claims', () => {
    const text = `{"critical":${JSON.stringify(critical)},"optional":{"__proto__":"x"}}`;
    expect(readSimpleSigning(Buffer.from(text))?.claims['optional.__proto__']).toBe('x');
  });
});
