import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { decodeProtobufBody } from './decode-body.js';
import { booleanField, integerField, messageField, messageOf, textField, textFields } from './wire-writer.js';

/** Request bodies as kubectl 1.32 sent them, in base64, by the command that was run. */
const recorded = JSON.parse(readFileSync(new URL('kubectl-bodies.fixture.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>;

const sentBy = (command: string): Buffer => {
  const body = recorded[command];
  if (body === undefined) throw new Error(`no body was recorded for ${command}`);
  return Buffer.from(body, 'base64');
};

const MAGIC = Buffer.from('k8s\0', 'latin1');

const body = (apiVersion: string, kind: string, ...fields: readonly Buffer[]): Buffer =>
  Buffer.concat([
    MAGIC,
    messageField(1, messageOf(textField(1, apiVersion), textField(2, kind))),
    messageField(2, messageOf(...fields)),
  ]);

/** What is thrown, as reason and text. */
function refusal(bytes: Uint8Array): readonly [string, string] {
  try {
    decodeProtobufBody(bytes);
  } catch (error) {
    if (error instanceof ApiError) return [error.reason, error.message];
    throw error;
  }
  throw new Error('was not refused');
}

const malformed = (detail: string) => ['BadRequest', `the protobuf body cannot be read: ${detail}`];

describe('a body that kubectl sends', () => {
  it('is the namespace that it creates', () => {
    expect(decodeProtobufBody(sentBy('create namespace demo'))).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'demo' },
      spec: {},
      status: {},
    });
  });

  it('is the service account that it creates, and the token that it asks for', () => {
    expect(decodeProtobufBody(sentBy('create serviceaccount robot'))).toEqual({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace: 'demo' },
    });
    expect(decodeProtobufBody(sentBy('create token robot --duration=1h --audience=tagline'))).toEqual({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { audiences: ['tagline'], expirationSeconds: 3600 },
    });
  });

  it('is the pull secret that it creates, with its bytes in base64', () => {
    const secret = decodeProtobufBody(sentBy('create secret docker-registry pull'));
    expect(secret).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pull', namespace: 'demo' },
      type: 'kubernetes.io/dockerconfigjson',
    });
    const { data } = secret as { data?: Readonly<Record<string, string>> };
    expect(JSON.parse(Buffer.from(data?.['.dockerconfigjson'] ?? '', 'base64').toString())).toEqual({
      auths: { 'registry.example.com': { username: 'robot', password: 'example', auth: 'cm9ib3Q6ZXhhbXBsZQ==' } },
    });
  });

  it('is a secret without a type when it names none', () => {
    expect(decodeProtobufBody(sentBy('create secret generic keys'))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'demo' },
      data: { token: Buffer.from('example').toString('base64') },
    });
  });

  it('is the quota that it creates, with its amounts', () => {
    expect(decodeProtobufBody(sentBy('create quota streams'))).toEqual({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'streams', namespace: 'demo' },
      spec: { hard: { 'openshift.io/imagestreams': '3', pods: '1k' } },
    });
  });

  it('is the config map that it creates, whether of text or of bytes', () => {
    expect(decodeProtobufBody(sentBy('create configmap settings'))).toMatchObject({ data: { colour: 'blue' } });
    expect(decodeProtobufBody(sentBy('create configmap blobs'))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'blobs', namespace: 'demo' },
      binaryData: { 'raw.bin': Buffer.from([0, 1, 255]).toString('base64') },
    });
  });

  it('is the question whether the caller may do something with a resource', () => {
    expect(decodeProtobufBody(sentBy('auth can-i get imagestreams/app --subresource=layers'))).toEqual({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: {},
      spec: {
        resourceAttributes: {
          namespace: 'demo',
          verb: 'get',
          resource: 'imagestreams',
          subresource: 'layers',
          name: 'app',
        },
      },
      status: {},
    });
  });

  it('is the question whether the caller may fetch a path', () => {
    expect(decodeProtobufBody(sentBy('auth can-i get /healthz'))).toMatchObject({
      spec: { nonResourceAttributes: { path: '/healthz', verb: 'get' } },
    });
  });

  it('is the question what the caller may do', () => {
    expect(decodeProtobufBody(sentBy('auth can-i --list'))).toEqual({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      metadata: {},
      spec: { namespace: 'demo' },
    });
  });

  it('is the question who the caller is', () => {
    expect(decodeProtobufBody(sentBy('auth whoami'))).toEqual({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
      metadata: {},
      status: { userInfo: {} },
    });
  });
});

describe('the JSON form of a field', () => {
  const metadata = (...fields: readonly Buffer[]): unknown =>
    decodeProtobufBody(body('v1', 'Namespace', messageField(1, messageOf(...fields))))['metadata'];
  const at = (seconds: bigint): Buffer => messageField(8, messageOf(integerField(1, seconds)));

  it('has times as RFC 3339 with seconds, and none for the zero time', () => {
    expect(metadata(at(1_795_000_000n))).toEqual({ creationTimestamp: '2026-11-18T11:06:40Z' });
    expect(metadata(at(-62_135_596_800n))).toEqual({ creationTimestamp: '0001-01-01T00:00:00Z' });
    expect(metadata(at(0n))).toEqual({});
  });

  it('has integers as numbers, negative ones too', () => {
    expect(metadata(integerField(7, 2n ** 53n - 1n))).toEqual({ generation: Number.MAX_SAFE_INTEGER });
    expect(metadata(integerField(7, -1n))).toEqual({ generation: -1 });
  });

  it('has maps and lists, and keeps a key that objects have by nature', () => {
    const label = (key: string, value: string) => messageField(11, messageOf(textField(1, key), textField(2, value)));
    const object = metadata(label('__proto__', 'a'), label('tier', 'web'), textFields(14, ['x', '', 'y']));
    expect(JSON.stringify(object)).toBe('{"labels":{"__proto__":"a","tier":"web"},"finalizers":["x","","y"]}');
  });

  it('has the groups and extra facts about somebody', () => {
    const extra = messageField(5, messageOf(textField(1, 'scopes'), messageField(2, textFields(1, ['a', 'b']))));
    const spec = messageOf(textField(3, 'jane'), textFields(4, ['dev']), extra, textField(6, 'u1'));
    for (const kind of ['SubjectAccessReview', 'LocalSubjectAccessReview']) {
      expect(decodeProtobufBody(body('authorization.k8s.io/v1', kind, messageField(2, spec)))).toEqual({
        apiVersion: 'authorization.k8s.io/v1',
        kind,
        spec: { user: 'jane', groups: ['dev'], extra: { scopes: ['a', 'b'] }, uid: 'u1' },
      });
    }
  });

  it('keeps zero where zero is not the same as nothing', () => {
    const preconditions = messageField(2, messageOf(textField(1, 'u1')));
    const options = [integerField(1, 0n), preconditions, booleanField(3, true), textFields(5, ['All'])];
    expect(decodeProtobufBody(body('image.openshift.io/v1', 'DeleteOptions', ...options))).toEqual({
      apiVersion: 'image.openshift.io/v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u1' },
      orphanDependents: true,
      dryRun: ['All'],
    });
  });

  it('has microseconds where Kubernetes has them', () => {
    const eventTime = messageField(10, messageOf(integerField(1, 1_795_000_000n), integerField(2, 1_234_567n)));
    expect(decodeProtobufBody(body('v1', 'Event', textField(3, 'Pulled'), eventTime))).toMatchObject({
      reason: 'Pulled',
      eventTime: '2026-11-18T11:06:40.001234Z',
    });
  });

  it('merges a message that comes in two parts', () => {
    const parts = [messageField(1, textField(1, 'a')), messageField(1, textField(3, 'b'))];
    expect(decodeProtobufBody(body('v1', 'Namespace', ...parts))).toMatchObject({
      metadata: { name: 'a', namespace: 'b' },
    });
  });

  it('leaves out fields that it does not know', () => {
    const group = Buffer.from([0x83, 0x02, 0x0b, 0x0c, 0x84, 0x02]); // field 32, a group with a group in it
    const fixed = Buffer.concat([
      Buffer.from([0x95, 0x02, 1, 2, 3, 4]),
      Buffer.from([0x91, 0x02, 1, 2, 3, 4, 5, 6, 7, 8]),
    ]);
    const unknown = [integerField(30, 7n), textField(31, 'x'), group, fixed];
    expect(decodeProtobufBody(body('v1', 'ConfigMap', ...unknown))).toEqual({ apiVersion: 'v1', kind: 'ConfigMap' });
  });
});

describe('a body that is refused', () => {
  const namespaced = (...fields: readonly Buffer[]) => refusal(body('v1', 'Namespace', ...fields));

  it('does not begin as one of Kubernetes', () => {
    expect(refusal(Buffer.from('{}'))).toEqual(malformed('it does not begin as one of Kubernetes'));
    expect(refusal(new Uint8Array())).toEqual(malformed('it does not begin as one of Kubernetes'));
  });

  it('is of a kind that is only taken as JSON or YAML', () => {
    const [reason, message] = refusal(body('apps/v1', 'Deployment'));
    expect(reason).toBe('UnsupportedMediaType');
    expect(message).toContain('"Deployment" in version "apps/v1"');
    expect(refusal(body('v2', 'Secret'))[0]).toBe('UnsupportedMediaType');
    expect(refusal(body('v1', 'K'.repeat(100_000)))[1].length).toBeLessThan(400);
  });

  it('holds something else than protobuf, or holds it compressed', () => {
    const secret = body('v1', 'Secret');
    expect(refusal(Buffer.concat([secret, textField(4, 'application/json')]))[0]).toBe('UnsupportedMediaType');
    expect(refusal(Buffer.concat([secret, textField(3, 'gzip')]))[0]).toBe('UnsupportedMediaType');
  });

  it('does not say what it is', () => {
    expect(refusal(MAGIC)).toEqual(malformed('it does not say its kind'));
  });

  it('has a number that is too large for JSON', () => {
    expect(namespaced(messageField(1, integerField(7, 2n ** 53n)))).toEqual(malformed('a number is out of range'));
  });

  it('has a time that no calendar has', () => {
    const moment = messageField(8, messageOf(integerField(1, 2n ** 40n)));
    expect(namespaced(messageField(1, moment))).toEqual(malformed('a time is out of range'));
  });

  it('has text that is not UTF-8', () => {
    expect(namespaced(messageField(1, Buffer.from([0x0a, 1, 0xff])))).toEqual(malformed('a text is not UTF-8'));
  });

  it('has a field of another type than it should be', () => {
    expect(namespaced(integerField(1, 1n))).toEqual(malformed('field metadata has the wrong wire type'));
  });

  it('nests groups without end', () => {
    expect(namespaced(Buffer.alloc(100_000, 0x83))).toEqual(malformed('a number is longer than ten bytes'));
    expect(namespaced(Buffer.alloc(100_000, 0x5b))[1]).toContain('nested more than 32 levels');
  });

  it('uses a field number or a wire type that does not exist', () => {
    expect(namespaced(Buffer.from([0x00, 0x00]))).toEqual(malformed('a field number is out of range'));
    expect(namespaced(Buffer.from([0xff, 0x01]))).toEqual(malformed('wire type 7 does not exist'));
  });
});

describe('bytes from anybody', () => {
  const decodesOrRefuses = (bytes: Uint8Array): boolean => {
    try {
      const object = decodeProtobufBody(bytes);
      return JSON.stringify(object).length <= 16 * bytes.length + 200;
    } catch (error) {
      return error instanceof ApiError && (error.code === 400 || error.code === 415);
    }
  };
  const kinds = fc.constantFrom(
    ['v1', 'Namespace'],
    ['v1', 'Secret'],
    ['v1', 'Event'],
    ['v1', 'DeleteOptions'],
    ['authorization.k8s.io/v1', 'SubjectAccessReview'],
  );

  it('give an object of bounded size or a refusal, whatever is in the envelope', () => {
    fc.assert(
      fc.property(kinds, fc.uint8Array({ maxLength: 200 }), ([apiVersion = '', kind = ''], raw) =>
        decodesOrRefuses(body(apiVersion, kind, Buffer.from(raw))),
      ),
      { numRuns: 3000 },
    );
  });

  it('give a refusal when a real body is cut off within its envelope', () => {
    for (const bytes of Object.values(recorded).map((text) => Buffer.from(text, 'base64'))) {
      for (let length = 0; length < bytes.length; length += 1) {
        expect(decodesOrRefuses(bytes.subarray(0, length))).toBe(true);
      }
    }
  });

  it('give an object or a refusal when a byte of a real body is changed', () => {
    const real = fc.constantFrom(...Object.values(recorded)).map((text) => Buffer.from(text, 'base64'));
    fc.assert(
      fc.property(real, fc.nat(), fc.integer({ min: 0, max: 255 }), (bytes, position, byte) => {
        const changed = Buffer.from(bytes);
        changed[position % changed.length] = byte;
        return decodesOrRefuses(changed);
      }),
      { numRuns: 3000 },
    );
  });

  it('are read back as they were written', () => {
    const texts = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(texts, fc.maxSafeInteger(), fc.dictionary(texts, texts), (name, generation, labels) => {
        const entries = Object.entries(labels).map(([key, value]) =>
          messageField(11, messageOf(textField(1, key), textField(2, value))),
        );
        const metadata = messageOf(textField(1, name), integerField(7, BigInt(generation)), ...entries);
        expect(decodeProtobufBody(body('v1', 'ConfigMap', messageField(1, metadata)))).toEqual({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name,
            ...(generation === 0 ? {} : { generation }),
            ...(entries.length === 0 ? {} : { labels: { ...labels } }),
          },
        });
      }),
    );
  });
});
