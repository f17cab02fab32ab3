import { describe, expect, it } from 'vitest';
import { exact, mostSpecific, parseReference } from '../references/reference.js';
import { PullSources, type PullSourceConfiguration } from './pull-sources.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const places = (configuration: PullSourceConfiguration, text: string) =>
  new PullSources(configuration).of(parseReference(text)).map(({ reference }) => exact(mostSpecific(reference)));

describe('PullSources', () => {
  it('goes to the source alone when nothing is configured', () => {
    expect(places({}, 'busybox')).toEqual(['docker.io/library/busybox:latest']);
  });

  it('tries mirrors in their order, then the source', () => {
    const mirrors = [{ source: 'registry.example.com/team', mirrors: ['one.example.org', 'two.example.org/copy'] }];
    expect(places({ mirrors }, 'registry.example.com/team/app:v1')).toEqual([
      'one.example.org/app:v1',
      'two.example.org/copy/app:v1',
      'registry.example.com/team/app:v1',
    ]);
    expect(places({ mirrors }, 'registry.example.com/teamwork/app:v1')).toEqual([
      'registry.example.com/teamwork/app:v1',
    ]);
  });

  it('keeps mirrors for digests away from tags, and the other way round', () => {
    const mirrors = [
      { source: 'registry.example.com', mirrors: ['d.example.org'], pullFrom: 'digest-only' },
      { source: 'registry.example.com', mirrors: ['t.example.org'], pullFrom: 'tag-only' },
    ] as const;
    expect(places({ mirrors }, 'registry.example.com/a/b:v1')[0]).toBe('t.example.org/a/b:v1');
    expect(places({ mirrors }, `registry.example.com/a/b@${DIGEST}`)[0]).toBe(`d.example.org/a/b@${DIGEST}`);
  });

  it('lets the most specific scope decide alone', () => {
    const mirrors = [
      { source: '*.example.com', mirrors: ['wide.example.org'] },
      { source: 'registry.example.com', mirrors: ['host.example.org'] },
      { source: 'registry.example.com/a/b', mirrors: ['repo.example.org/x'] },
    ];
    expect(places({ mirrors }, 'registry.example.com/a/b')[0]).toBe('repo.example.org/x:latest');
    expect(places({ mirrors }, 'registry.example.com/c')[0]).toBe('host.example.org/c:latest');
    expect(places({ mirrors }, 'other.example.com/c')[0]).toBe('wide.example.org/c:latest');
    expect(places({ mirrors }, 'example.com/c')).toEqual(['example.com/c:latest']);
  });

  it('knows Docker Hub by all its names', () => {
    const mirrors = [{ source: 'docker.io/library', mirrors: ['hub.example.org'] }];
    for (const spelling of ['busybox', 'index.docker.io/library/busybox', 'registry-1.docker.io/busybox']) {
      expect(places({ mirrors }, spelling)[0]).toBe('hub.example.org/busybox:latest');
    }
  });

  it('never contacts a source that is not to be contacted, nor anything blocked', () => {
    const mirror = { source: 'registry.example.com', mirrors: ['m.example.org'], pullFrom: 'digest-only' } as const;
    const mirrors = [{ ...mirror, neverContactSource: true }];
    expect(places({ mirrors }, `registry.example.com/a@${DIGEST}`)).toEqual([`m.example.org/a@${DIGEST}`]);
    expect(places({ mirrors }, 'registry.example.com/a:v1')).toEqual([]);
    const blocked = { mirrors: [mirror], blockedRegistries: ['registry.example.com', '*.example.org'] };
    expect(places(blocked, `registry.example.com/a@${DIGEST}`)).toEqual([]);
    expect(places({ blockedRegistries: ['registry.example.com/bad'] }, 'registry.example.com/bad/x')).toEqual([]);
    expect(places({ blockedRegistries: ['registry.example.com/bad'] }, 'registry.example.com/good')).toHaveLength(1);
  });

  it('gives a source that is among its own mirrors one place', () => {
    const mirrors = [{ source: 'a.example.com', mirrors: ['a.example.com', 'b.example.com'] }];
    expect(places({ mirrors }, 'a.example.com/x')).toEqual(['a.example.com/x:latest', 'b.example.com/x:latest']);
  });

  it('says for each place whether it may be insecure', () => {
    const sources = new PullSources({
      mirrors: [{ source: 'a.example.com', mirrors: ['b.example.com:5000'] }],
      insecureRegistries: ['b.example.com:5000'],
    });
    const flags = (insecure: boolean) =>
      sources.of(parseReference('a.example.com/x'), { insecure }).map((s) => s.insecure);
    expect(flags(false)).toEqual([true, false]);
    expect(flags(true)).toEqual([true, true]);
  });

  it('lists tags at the source only', () => {
    const rule = { source: 'a.example.com', mirrors: ['b.example.com'] };
    const ref = parseReference('a.example.com/x');
    expect(new PullSources({ mirrors: [rule] }).sourceOf(ref)?.reference.registry).toBe('a.example.com');
    expect(new PullSources({ mirrors: [{ ...rule, neverContactSource: true }] }).sourceOf(ref)).toBeUndefined();
    expect(new PullSources({ blockedRegistries: ['a.example.com'] }).sourceOf(ref)).toBeUndefined();
  });

  it.each(['', 'https://a.example.com', 'a b', '*.example.com/x', 'a.example.com/UPPER'])(
    'does not start with the source %j',
    (source) => {
      expect(() => new PullSources({ mirrors: [{ source, mirrors: [] }] })).toThrow();
    },
  );

  it.each(['*.example.com', 'path/only', ''])('does not start with the mirror %j', (mirror) => {
    expect(() => new PullSources({ mirrors: [{ source: 'a.example.com', mirrors: [mirror] }] })).toThrow();
  });
});
