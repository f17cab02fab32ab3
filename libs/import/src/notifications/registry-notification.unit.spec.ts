import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidNotificationError, parseNotification, pushesOf } from './registry-notification.js';

const digest = `sha256:${'a'.repeat(64)}`;

const event = (target: object, action = 'push', request = { host: 'registry.example.com' }) => ({
  id: 'e-1',
  timestamp: '2026-01-01T00:00:00Z',
  action,
  target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, repository: 'shop/web', ...target },
  request,
  actor: {},
});

const pushes = (...events: object[]) => pushesOf(parseNotification({ events }));

describe('a registry notification', () => {
  it('tells of pushed tags, and where their manifests are', () => {
    expect(pushes(event({ tag: 'v1', url: `http://127.0.0.1:5000/v2/shop/web/manifests/${digest}` }))).toEqual([
      {
        ...{ namespace: 'shop', stream: 'web', tag: 'v1', digest, repository: 'shop/web' },
        ...{ registry: '127.0.0.1:5000', insecure: true },
      },
    ]);
  });

  it('falls back to the host that the pusher used', () => {
    expect(pushes(event({ tag: 'v1' }))).toMatchObject([{ registry: 'registry.example.com', insecure: false }]);
  });

  it.each([
    ['pulls', event({ tag: 'v1' }, 'pull')],
    ['layers and manifests without a tag', event({})],
    ['repositories that are no stream', event({ tag: 'v1', repository: 'web' })],
    ['repositories that lie deeper', event({ tag: 'v1', repository: 'shop/web/base' })],
    ['places that nobody named', event({ tag: 'v1' }, 'push', { host: '' })],
  ])('passes over %s', (_, passedOver) => {
    expect(pushes(passedOver)).toEqual([]);
  });

  it.each([null, [], {}, { events: 'none' }, { events: [{}] }, { events: [{ action: 'push', target: { tag: 1 } }] }])(
    'is refused when it is %j',
    (body) => {
      expect(() => parseNotification(body)).toThrow(InvalidNotificationError);
    },
  );

  it('is refused when it tells of more than a registry gathers', () => {
    const events = Array.from({ length: 1_001 }, () => event({ tag: 'v1' }));
    expect(() => parseNotification({ events })).toThrow(InvalidNotificationError);
  });
});

describe('any body', () => {
  const word = fc.constantFrom('push', 'shop/web', 'v1', digest, 'http://127.0.0.1:5000/v2/', '', '__proto__');
  const value = fc.oneof(word, fc.jsonValue());
  const target = fc.dictionary(fc.constantFrom('repository', 'tag', 'digest', 'url', '__proto__'), value);
  const told = fc.record({ action: value, target: fc.oneof(target, value), request: value }, { requiredKeys: [] });

  it('tells of pushes with all that is needed to follow them, or is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ events: fc.array(told) })), (body) => {
        for (const push of outcome(body)) {
          expect([push.namespace, push.stream, push.tag, push.digest, push.registry]).not.toContain('');
        }
        expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('tag');
      }),
    );
  });

  function outcome(body: unknown): ReturnType<typeof pushesOf> {
    try {
      return pushesOf(parseNotification(body));
    } catch (error) {
      if (error instanceof InvalidNotificationError) return [];
      throw error;
    }
  }
});
