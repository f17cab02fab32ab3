import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type Answer } from './harness/api-client.js';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';

const given = givenServer();
const TEAM = `${GROUP}/namespaces/team`;
const STREAMS = `${TEAM}/imagestreams`;
const REVISIONS = '/apis/history.tagline.dev/v1alpha1/namespaces/team/tagrevisions';
const one = digestOf('one');

/** The position of the log: what is refused must not move it. */
let position: string | undefined;
const currentPosition = async (): Promise<string | undefined> =>
  (await given.api.get(STREAMS)).body.metadata?.resourceVersion;

beforeAll(async () => {
  expect((await given.api.post(STREAMS, imageStream('app'))).code).toBe(201);
  expect((await given.api.post(`${TEAM}/imagestreammappings`, mapping('team', 'app', '1', one))).code).toBe(201);
  position = await currentPosition();
});
afterEach(async () => expect(await currentPosition()).toBe(position));

interface Refusal {
  readonly code: number;
  readonly reason: string;
  /** Part of the message. */
  readonly message?: string;
  /** Reason and field of each cause. */
  readonly causes?: readonly (readonly [reason: string, field: string])[];
}

function expectRefusal(answer: Answer, { code, reason, message, causes }: Refusal): void {
  const { body } = answer;
  expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code });
  expect(answer.code).toBe(code);
  if (message !== undefined) expect(body.message).toContain(message);
  if (causes !== undefined) expect(body.details?.causes?.map((cause) => [cause.reason, cause.field])).toEqual(causes);
}

const typed = (kind: string, name: string, rest: object): object => ({
  ...{ kind, apiVersion: 'image.openshift.io/v1', metadata: { name } },
  ...rest,
});
const badRequest = (message: string): Refusal => ({ code: 400, reason: 'BadRequest', message });
const invalid = (...causes: (readonly [string, string])[]): Refusal => ({ code: 422, reason: 'Invalid', causes });
const wrong = (field: string): readonly [string, string] => ['FieldValueInvalid', field];
const missing = (field: string): readonly [string, string] => ['FieldValueRequired', field];

describe('names', () => {
  it.each(['A', '-a', 'a-', 'a__b', 'a.-b', 'a/b', 'a%b', '.', '..'])('of streams: %s', async (name) => {
    expectRefusal(await given.api.post(STREAMS, imageStream(name)), invalid(wrong('metadata.name')));
  });

  it('of streams that are too long with their namespace', async () => {
    const answer = await given.api.post(STREAMS, imageStream('a'.repeat(251)));
    expectRefusal(answer, invalid(wrong('metadata.name')));
    expect(answer.body.message).toContain("'namespace/name' cannot be longer than 255 characters");
  });

  it('that are missing', async () => {
    expectRefusal(await given.api.post(STREAMS, imageStream('')), invalid(missing('metadata.name')));
  });

  it.each([
    ['imagestreamtags', 'app', 'ImageStreamTags must be retrieved with <name>:<tag>'],
    ['imagestreamtags', 'app:1:2', 'ImageStreamTags must be retrieved with <name>:<tag>'],
    ['imagestreamtags', `app@${one}`, 'ImageStreamTags must be retrieved with <name>:<tag>'],
    ['imagetags', 'app', 'ImageTags must be retrieved with <name>:<tag>'],
    ['imagestreamimages', 'app', 'ImageStreamImages must be retrieved with <name>@<id>'],
    ['imagestreamimages', 'app@', 'ImageStreamImages must be retrieved with <name>@<id>'],
  ])('of %s: %s', async (resource, name, message) => {
    expectRefusal(await given.api.get(`${TEAM}/${resource}/${name}`), badRequest(message));
  });

  it('of signatures', async () => {
    const answer = await given.api.delete(`${GROUP}/imagesignatures/${one}`);
    expectRefusal(answer, badRequest('ImageSignatures must be accessed with <imageName>@<signatureName>'));
    const body = typed('ImageSignature', 'unsigned', { type: 'atomic', content: 'aGVsbG8=' });
    expectRefusal(await given.api.post(`${GROUP}/imagesignatures`, body), invalid(wrong('metadata.name')));
  });

  it('of image tags that do not fit their specification', async () => {
    const body = typed('ImageTag', 'app:2', { spec: { name: '3' } });
    expectRefusal(await given.api.post(`${TEAM}/imagetags`, body), invalid(wrong('spec.name')));
  });

  it('of labels', async () => {
    const answer = await given.api.post(STREAMS, imageStream('b', {}, { labels: { 'a b': 'c d' } }));
    expectRefusal(answer, invalid(wrong('metadata.labels'), wrong('metadata.labels')));
  });

  it.each([
    ['badly encoded', `${STREAMS}/%zz`, 400],
    ['too long', `${STREAMS}/${'a'.repeat(5_000)}`, 404],
    ['too long for a namespace', `${GROUP}/namespaces/${'a'.repeat(5_000)}/imagestreams`, 404],
    ['too long for a secret', `/api/v1/namespaces/team/secrets/${'a'.repeat(5_000)}`, 404],
    ['too long for a step of a tag', `${REVISIONS}/${'a'.repeat(5_000)}:1@1`, 404],
  ])('that are %s in the path', async (_, path, code) => {
    const { body, ...answer } = await given.api.get(path);
    expect(answer.code).toBe(code);
    expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code });
  });
});

describe('references and digests', () => {
  const tagged = (from: object, more: object = {}): object =>
    imageStream('b', { tags: [{ name: '1', from: { kind: 'DockerImage', ...from }, ...more }] });

  it.each([
    ['a/b@sha256:abc', 'invalid reference format'],
    ['Upper', 'repository name must be lowercase'],
    [':::', 'invalid reference format'],
    [`a/b@sha256:${'z'.repeat(64)}`, 'invalid reference format'],
    [`a/${'b'.repeat(300)}`, 'repository name must not be more than 255 characters'],
  ])('in a tag: %s', async (name, message) => {
    const answer = await given.api.post(STREAMS, tagged({ name }));
    expectRefusal(answer, invalid(wrong('spec.tags[1].from.name')));
    expect(answer.body.message).toContain(message);
  });

  it('that are missing or of a kind that there is not', async () => {
    const answer = await given.api.post(STREAMS, tagged({ name: '' }));
    // Tags are resolved before they are validated, and what is found then is told in one cause.
    expectRefusal(answer, { code: 422, reason: 'Invalid', message: 'spec.tags[1].from.name: ' });
    const other = await given.api.post(STREAMS, tagged({ kind: 'Pod', name: 'a' }));
    expectRefusal(other, { code: 422, reason: 'Invalid', message: 'spec.tags[1].from.kind: Required value' });
  });

  it('with policies that there are not', async () => {
    const type = await given.api.post(STREAMS, tagged({ name: 'a/b' }, { referencePolicy: { type: 'Remote' } }));
    expectRefusal(type, invalid(wrong('spec.tags[1].referencePolicy.type')));
    const mode = await given.api.post(STREAMS, tagged({ name: 'a/b' }, { importPolicy: { importMode: 'Some' } }));
    expectRefusal(mode, invalid(wrong('spec.tags[1].importPolicy.importMode')));
  });

  it('of a whole repository', async () => {
    const answer = await given.api.post(STREAMS, imageStream('b', { dockerImageRepository: 'a/b:c' }));
    expectRefusal(answer, invalid(wrong('spec.dockerImageRepository')));
  });

  it('of what is pushed', async () => {
    const path = `${TEAM}/imagestreammappings`;
    const pushed = (dockerImageReference: string, tag = '2'): object =>
      typed('ImageStreamMapping', 'app', { tag, image: { metadata: { name: one }, dockerImageReference } });
    expectRefusal(await given.api.post(path, pushed('')), invalid(missing('image.dockerImageReference')));
    expectRefusal(await given.api.post(path, pushed('Upper')), invalid(wrong('image.dockerImageReference')));
    expectRefusal(await given.api.post(path, pushed('a/b', '')), invalid(missing('tag')));
  });

  it('of the parts of an image', async () => {
    const part = { digest: 'nothing', mediaType: 'x', architecture: '', os: '', manifestSize: -1 };
    const image = typed('Image', 'b', { dockerImageReference: 'a/b', dockerImageManifests: [part] });
    expectRefusal(
      await given.api.post(`${GROUP}/images`, image),
      invalid(
        wrong('dockerImageManifests[0].digest'),
        wrong('dockerImageManifests[0].mediaType'),
        missing('dockerImageManifests[0].architecture'),
        missing('dockerImageManifests[0].os'),
        wrong('dockerImageManifests[0].size'),
      ),
    );
  });

  it('of what is imported', async () => {
    const imported = (spec: object): Promise<Answer> =>
      given.api.post(
        `${TEAM}/imagestreamimports`,
        typed('ImageStreamImport', 'b', { spec: { import: true, ...spec } }),
      );
    const from = (name: string, kind = 'DockerImage'): object => ({ from: { kind, name } });
    expectRefusal(await imported({}), invalid(wrong('spec.images')));
    expectRefusal(await imported({ images: [from('')] }), invalid(missing('spec.images[0].from.name')));
    expectRefusal(await imported({ images: [from('Upper')] }), invalid(wrong('spec.images[0].from.name')));
    expectRefusal(await imported({ images: [from('a', 'Pod')] }), invalid(wrong('spec.images[0].from.kind')));
    expectRefusal(
      await imported({ images: [{ ...from('a/b'), to: { name: '' } }] }),
      invalid(wrong('spec.images[0].to.name')),
    );
    expectRefusal(await imported({ repository: from('a/b:c') }), invalid(wrong('spec.repository.from.name')));
  });

  it('of signatures without content', async () => {
    const path = `${GROUP}/imagesignatures`;
    const answer = await given.api.post(path, typed('ImageSignature', `${one}@a`, {}));
    expectRefusal(answer, invalid(missing('type'), missing('content')));
    const garbled = typed('ImageSignature', `${one}@a`, { type: 'atomic', content: '***' });
    expectRefusal(await given.api.post(path, garbled), badRequest('content'));
  });
});

describe('bodies', () => {
  it.each([
    ['half an object', '{"kind":', 'not valid JSON'],
    ['nothing', '', 'not valid JSON'],
    ['a list', '[]', 'not an object of kind ImageStream'],
    ['text', '"ImageStream"', 'not an object of kind ImageStream'],
    ['too many levels', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 'levels deep'],
    ['text for a list', JSON.stringify(imageStream('b', { tags: 'a' })), 'spec.tags'],
    ['text for a number', JSON.stringify(imageStream('b', { tags: [{ name: 'a', generation: 'x' }] })), 'generation'],
    ['another kind', JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'b' } }), 'Kind=Pod'],
    ['another namespace', JSON.stringify(imageStream('b', {}, { namespace: 'other' })), 'namespace'],
  ])('with %s', async (_, body, message) => {
    expectRefusal(await given.api.post(STREAMS, body), badRequest(message));
  });

  it('in another language', async () => {
    expectRefusal(await given.api.send('POST', STREAMS, '<stream/>', 'text/xml'), {
      ...{ code: 415, reason: 'UnsupportedMediaType' },
    });
  });

  it('that are too large', async () => {
    const annotations = { large: 'x'.repeat(9_000_000) };
    expectRefusal(await given.api.post(STREAMS, imageStream('b', {}, { annotations })), {
      ...{ code: 413, reason: 'RequestEntityTooLarge' },
    });
  });

  it('with annotations that are too large', async () => {
    const annotations = { large: 'x'.repeat(300_000) };
    const answer = await given.api.post(STREAMS, imageStream('b', {}, { annotations }));
    expectRefusal(answer, invalid(['FieldValueTooLong', 'metadata.annotations']));
  });

  it('with unknown and repeated fields, where the client wants to know', async () => {
    const strict = `${STREAMS}?fieldValidation=Strict`;
    const answer = await given.api.post(strict, { ...imageStream('b', { tagz: [] }), more: 1 });
    expectRefusal(answer, badRequest('unknown field "spec.tagz", unknown field "more"'));
    const twice = '{"kind":"ImageStream","apiVersion":"image.openshift.io/v1","metadata":{"name":"b","name":"c"}}';
    expectRefusal(await given.api.post(strict, twice), badRequest('duplicate field "metadata.name"'));
  });

  it('with options that there are not', async () => {
    const validation = await given.api.post(`${STREAMS}?fieldValidation=Maybe`, imageStream('b'));
    expectRefusal(validation, invalid(['FieldValueNotSupported', 'fieldValidation']));
    const dryRun = await given.api.post(`${STREAMS}?dryRun=Some`, imageStream('b'));
    expectRefusal(dryRun, invalid(['FieldValueNotSupported', 'dryRun']));
  });
});

describe('patches', () => {
  const app = `${STREAMS}/app`;

  it.each([
    ['half an object', 'merge', '{', badRequest('not valid JSON')],
    ['an operation that there is not', 'json', [{ op: 'swap', path: '/spec' }], badRequest('')],
    ['a test that fails', 'json', [{ op: 'test', path: '/spec/x', value: 1 }], { code: 422, reason: 'Invalid' }],
    ['a path to nowhere', 'json', [{ op: 'replace', path: '/a/b', value: 1 }], { code: 422, reason: 'Invalid' }],
    ['no merge key', 'strategic-merge', { spec: { tags: [{ from: null }] } }, badRequest('merge key: name')],
    ['another name', 'merge', { metadata: { name: 'other' } }, badRequest('does not match the name on the URL')],
    ['another uid', 'merge', { metadata: { uid: 'other' } }, invalid(wrong('metadata.uid'))],
    ['a wrong type', 'merge', { spec: { tags: 'a' } }, badRequest('spec.tags')],
  ] as const)('with %s', async (_, type, patch, refusal) => {
    expectRefusal(await given.api.patch(app, patch, type), refusal);
  });

  it.each(['application/json', 'text/plain'])('of the type %s', async (type) => {
    expectRefusal(await given.api.send('PATCH', app, '{}', type), { code: 415, reason: 'UnsupportedMediaType' });
  });

  it('that apply, without saying who does', async () => {
    const answer = await given.api.send(
      'PATCH',
      app,
      JSON.stringify(imageStream('app')),
      'application/apply-patch+yaml',
    );
    expectRefusal(answer, invalid(missing('fieldManager')));
  });
});

describe('versions', () => {
  const stale = { resourceVersion: '1' };
  const conflict: Refusal = { code: 409, reason: 'Conflict' };

  it('that are no longer current', async () => {
    const { api } = given;
    expectRefusal(await api.put(`${STREAMS}/app`, imageStream('app', {}, stale)), conflict);
    const labelled = { metadata: { ...stale, labels: { a: 'b' } } };
    expectRefusal(await api.patch(`${STREAMS}/app`, labelled), conflict);
    const tag = { ...typed('ImageStreamTag', '', {}), metadata: { name: 'app:1', ...stale }, tag: { name: '1' } };
    expectRefusal(await api.put(`${TEAM}/imagestreamtags/app:1`, tag), conflict);
    expectRefusal(await api.delete(`${STREAMS}/app`, { preconditions: stale }), conflict);
    expectRefusal(await api.delete(`${STREAMS}/app`, { preconditions: { uid: 'other' } }), conflict);
    const image = (await api.get(`${GROUP}/images/${one}`)).body;
    const old = { ...image, metadata: { ...image.metadata, ...stale, labels: { a: 'b' } } };
    expectRefusal(await api.put(`${GROUP}/images/${one}`, old), conflict);
  });

  it('that are missing where they are needed', async () => {
    const answer = await given.api.put(`${STREAMS}/app`, imageStream('app'));
    expectRefusal(answer, invalid(wrong('metadata.resourceVersion')));
  });

  it('that are yet to come, or are none', async () => {
    expectRefusal(await given.api.get(`${STREAMS}?resourceVersion=99999999`), { code: 504, reason: 'Timeout' });
    expectRefusal(await given.api.get(`${STREAMS}?resourceVersion=abc`), badRequest('resourceVersion'));
    expectRefusal(await given.api.get(`${STREAMS}?watch=1&resourceVersion=abc`), badRequest('resourceVersion'));
  });
});

describe('selectors and pages', () => {
  it.each([
    ['labelSelector', 'a in (', 'unable to parse requirement'],
    ['labelSelector', 'a=b=c', ''],
    ['fieldSelector', 'spec.x=1', '"spec.x" is not a known field selector'],
    ['fieldSelector', 'spec', "can't understand 'spec'"],
    ['limit', 'x', 'limit'],
    ['continue', 'garbage', 'continue key is not valid'],
  ])('with the %s %s', async (option, value, message) => {
    const answer = await given.api.get(`${STREAMS}?${option}=${encodeURIComponent(value)}`);
    expectRefusal(answer, badRequest(message));
  });
});

describe('paths', () => {
  it.each([
    ['GET', `${TEAM}/imagestreammappings`],
    ['PUT', STREAMS],
    ['PATCH', STREAMS],
    ['POST', `${STREAMS}/app`],
    ['POST', REVISIONS],
    ['DELETE', `${TEAM}/imagestreamimages/app@${one}`],
  ])('that do not take a %s: %s', async (method, path) => {
    const body = method === 'GET' ? undefined : imageStream('app');
    expectRefusal(await given.api.send(method, path, body), { code: 405, reason: 'MethodNotAllowed' });
  });

  it('that lead nowhere', async () => {
    expectRefusal(await given.api.get(`${TEAM}/nothing`), { code: 404, reason: 'NotFound' });
    expectRefusal(await given.api.get('/apis/nothing.example.com/v1'), { code: 404, reason: 'NotFound' });
    const answer = await given.api.post(`${GROUP}/namespaces/nowhere/imagestreams`, imageStream('b'));
    expectRefusal(answer, { code: 404, reason: 'NotFound', message: 'namespaces "nowhere" not found' });
  });

  it('of streams that a push does not find', async () => {
    const path = `${TEAM}/imagestreammappings`;
    const answer = await given.api.post(path, mapping('team', 'missing', '1', digestOf('never stored')));
    expectRefusal(answer, { code: 404, reason: 'NotFound' });
    expect(answer.body.details).toMatchObject({ kind: 'imagestreammappings', name: 'missing' });
  });
});
