import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidDockerConfigError, parseDockerConfig, type DockerConfigEntry } from './docker-config.js';

const name = fc.stringMatching(/^[^:\0]{1,12}$/);
const password = fc.stringMatching(/^[^\0]{0,12}$/);

describe('a Docker configuration', () => {
  it('grants what was written into it, in both formats', () => {
    const location = fc.domain().filter((host) => host !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(location, fc.tuple(name, password), { maxKeys: 4 }), (logins) => {
        const entries = Object.entries(logins).map(([host, [username, secret]], index) => [
          host,
          index % 2 === 0
            ? { auth: Buffer.from(`${username}:${secret}`).toString('base64') }
            : { username, password: secret },
        ]);
        const auths: unknown = Object.fromEntries(entries);
        const expected = Object.entries(logins).map(([host, [username, secret]]) => ({
          location: host,
          credentials: { username, password: secret },
        }));
        expect(parseDockerConfig(JSON.stringify({ auths }), 'dockerconfigjson')).toEqual(expected);
        expect(parseDockerConfig(JSON.stringify(auths), 'dockercfg')).toEqual(expected);
      }),
    );
  });

  it('is read or refused without a word of what is in it, whatever it is', () => {
    const entry = fc.dictionary(fc.constantFrom('auth', 'username', 'password', 'identitytoken'), fc.jsonValue());
    const entries = fc.dictionary(fc.oneof(fc.domain(), fc.string()), fc.oneof(entry, fc.jsonValue()));
    const document = fc.oneof(fc.jsonValue(), entries, fc.record({ auths: entries }));
    const text = fc.oneof(
      fc.string(),
      document.map((json) => JSON.stringify(json)),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('dockercfg' as const, 'dockerconfigjson' as const), (content, format) => {
        for (const { credentials } of outcome(content, format)) {
          if ('username' in credentials) expect(credentials.username).not.toBe('');
        }
      }),
    );
  });

  it('is refused when it is longer than what fits into a secret', () => {
    expect(() => parseDockerConfig(' '.repeat(1_048_577), 'dockercfg')).toThrow(InvalidDockerConfigError);
  });
});

function outcome(content: string, format: 'dockercfg' | 'dockerconfigjson'): readonly DockerConfigEntry[] {
  try {
    return parseDockerConfig(content, format);
  } catch (error) {
    if (!(error instanceof InvalidDockerConfigError)) throw error;
    if (content.length > 24) expect(error.message).not.toContain(content);
    return [];
  }
}
