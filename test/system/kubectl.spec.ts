import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';
import { Kubectl } from './harness/kubectl.js';
import { kubectlReleases } from './harness/tools.js';

const given = givenServer();
const [one, two] = [digestOf('one'), digestOf('two')];

const KIND = 'imagestream.image.openshift.io';
const stream = (name: string, tags: readonly object[], labels: object = {}): object =>
  imageStream(name, { tags }, { labels });
const tag = (name: string, from: string): object => ({ name, from: { kind: 'ImageStreamTag', name: from } });

/** The words of a command, and what it prints; a text that ends otherwise than with 0 stands under `fails`. */
interface Step {
  readonly run: string;
  /** Every release is held to it; other steps are for the oldest and the newest. */
  readonly always?: true;
  readonly input?: object;
  readonly prints?: string | RegExp;
  readonly fails?: string | RegExp;
}

/** What every release of kubectl can do. */
const STEPS: readonly Step[] = [
  { always: true, run: 'create -f -', input: stream('app', []), prints: `${KIND}/app created\n` },
  { run: 'create -f -', input: stream('app', []), fails: /imagestreams\.image\.openshift\.io "app" already exists/ },
  {
    run: 'create -f -',
    input: imageStream('x', { tag: [] }),
    fails: /strict decoding error: unknown field "spec\.tag"/,
  },
  { run: 'create -f - --validate=false', input: imageStream('lax', { tag: [] }), prints: `${KIND}/lax created\n` },
  { run: 'create -f - --dry-run=server', input: stream('dry', []), prints: `${KIND}/dry created (server dry run)\n` },
  { run: 'get is dry', fails: 'Error from server (NotFound): imagestreams.image.openshift.io "dry" not found\n' },
  { run: 'get is x -n nowhere', fails: 'Error from server (NotFound): namespaces "nowhere" not found\n' },
  {
    always: true,
    run: 'create -f - -o jsonpath={.status}',
    input: mapping('RELEASE', 'app', 'v1', one),
    prints: 'Success',
  },
  { run: 'get is -o name', prints: `${KIND}/app\n${KIND}/lax\n` },
  { run: 'get is --sort-by=.metadata.name --no-headers', prints: /^app +v1 .*\nlax .*\n$/ },
  {
    run: 'get is,istag --no-headers --ignore-not-found',
    prints: /^imagestream\S+\/app [\s\S]+imagestreamtag\S+\/app:v1 /,
  },
  { run: 'get all -o name', prints: `${KIND}/app\n${KIND}/lax\n` },
  { run: 'get is app -o jsonpath={.metadata.namespace}', prints: 'RELEASE' },
  { run: 'get is app --subresource=status -o name', prints: `${KIND}/app\n` },
  { run: 'get is -l tier=web -o name', prints: '' },
  { always: true, run: 'get istag app:v1 -o jsonpath={.image.metadata.name}', prints: one },
  { run: `get isimage app@${one} -o jsonpath={.image.metadata.name}`, prints: one },
  { run: 'get istag -L tier --chunk-size=1 --no-headers', prints: /^app:v1 / },
  {
    always: true,
    run: 'apply -f -',
    input: stream('web', [tag('a', 'app:v1')], { tier: 'web' }),
    prints: `${KIND}/web created\n`,
  },
  { always: true, run: 'diff -f -', input: stream('web', [tag('a', 'app:v1')], { tier: 'web' }) },
  { run: 'diff -f -', input: stream('web', [tag('b', 'app:v1')], { tier: 'web' }), fails: '' },
  {
    always: true,
    run: 'apply -f -',
    input: stream('web', [tag('b', 'app:v1')], { tier: 'web' }),
    prints: `${KIND}/web configured\n`,
  },
  { always: true, run: 'get is web -o jsonpath={.spec.tags[*].name}', prints: 'b' },
  { run: 'apply view-last-applied is/web', prints: /name: b\n/ },
  {
    run: 'apply --server-side -f -',
    input: stream('ssa', [tag('a', 'app:v1')]),
    prints: `${KIND}/ssa serverside-applied\n`,
  },
  {
    run: 'apply --server-side --field-manager=other -f -',
    input: stream('ssa', [tag('a', 'app:v2')]),
    fails: /Apply failed with 1 conflict: conflict with "kubectl"( using \S+)?: \.spec\.tags\[name="a"\]\.from\.name/,
  },
  {
    run: 'apply --server-side --field-manager=other --force-conflicts -f -',
    input: stream('ssa', [tag('a', 'app:v2')]),
    prints: `${KIND}/ssa serverside-applied\n`,
  },
  { run: 'diff --server-side --field-manager=other -f -', input: stream('ssa', [tag('a', 'app:v2')]) },
  { run: 'label is app tier=web', prints: `${KIND}/app labeled\n` },
  { run: 'label is app tier=api', fails: "error: 'tier' already has a value (web), and --overwrite is false\n" },
  { run: 'label is app tier-', prints: `${KIND}/app unlabeled\n` },
  { run: 'annotate is app note=x', prints: /^\S+app annotated?\n$/ },
  { run: 'annotate istag app:v1 note=x', fails: /imagestreamtag v1 is not a spec tag in imagestream RELEASE\/app/ },
  { run: 'annotate is app --list', prints: 'note=x\n' },
  {
    always: true,
    run: 'patch is web -p {"spec":{"tags":[{"name":"b","reference":true}]}}',
    prints: `${KIND}/web patched\n`,
  },
  { run: 'patch is web --type=merge -p {"metadata":{"labels":null}}', prints: `${KIND}/web patched\n` },
  {
    run: 'patch is web --type=json -p [{"op":"remove","path":"/spec/tags/0/reference"}]',
    prints: `${KIND}/web patched\n`,
  },
  {
    run: 'patch is web --type=json -p [{"op":"test","path":"/metadata/name","value":"x"}]',
    fails: /the server rejected/,
  },
  { run: 'patch is web -p {}', prints: `${KIND}/web patched (no change)\n` },
  { run: 'patch is app --subresource=status --type=merge -p {"status":{}}', prints: /^\S+app patched/ },
  { always: true, run: 'annotate is web note=to-edit', prints: /^\S+web annotated?\n$/ },
  { always: true, run: 'edit is web', prints: `${KIND}/web edited\n` },
  { always: true, run: 'get is web -o jsonpath={.metadata.annotations.note}', prints: 'edited' },
  { run: 'set image is/web a=b', fails: /error/ },
  { run: 'wait is/app --for=jsonpath={.metadata.name}=app --timeout=10s', prints: `${KIND}/app condition met\n` },
  { run: 'wait is/app --for=condition=Ready --timeout=1s', fails: /timed out waiting for the condition/ },
  { always: true, run: 'explain imagestream.spec.tags', prints: /referencePolicy/ },
  { run: 'explain istag.image.dockerImageLayers', prints: /mediaType/ },
  { run: 'describe is app', prints: /^Name: +app\n/ },
  { always: true, run: 'describe istag app:v1', prints: new RegExp(one) },
  {
    run: 'api-resources --api-group=image.openshift.io --verbs=watch -o name',
    prints: /^images\.image\.openshift\.io\n/,
  },
  { always: true, run: 'api-versions', prints: /^image\.openshift\.io\/v1$/m },
  { always: true, run: 'auth can-i create imagestreams', prints: 'yes\n' },
  { run: 'auth can-i get imagestreams/app --subresource=layers', prints: 'yes\n' },
  { run: 'auth can-i get is --as=nobody', fails: '' },
  { run: 'auth can-i --list', prints: /\*\.\*/ },
  {
    run: 'get is --as=nobody',
    fails:
      /User "nobody" cannot list resource "imagestreams" in API group "image\.openshift\.io" in the namespace "RELEASE"/,
  },
  { run: 'get --raw /healthz', prints: 'ok' },
  { run: 'cluster-info', prints: /is running at/ },
  { run: 'events', prints: '' },
  {
    always: true,
    run: 'create secret docker-registry pull --docker-server=registry.example.com --docker-username=u --docker-password=p',
    prints: 'secret/pull created\n',
  },
  { run: 'get secret pull -o jsonpath={.type}', prints: 'kubernetes.io/dockerconfigjson' },
  { run: 'delete is lax --dry-run=server', prints: /deleted \(server dry run\)/ },
  { run: 'delete is lax --cascade=foreground', prints: /"lax" deleted/ },
  { run: 'delete is lax', fails: /"lax" not found/ },
  { run: 'wait is/lax --for=delete --timeout=10s', prints: '' },
  { run: 'delete istag app:v1 --grace-period=0', prints: /"app:v1" deleted/ },
  { always: true, run: 'delete is --all', prints: /"app" deleted[\s\S]*"web" deleted/ },
];

const releases = kubectlReleases();
const outermost = new Set([releases[0], releases.at(-1)]);
const stepsOf = (release: (typeof releases)[number]): readonly Step[] =>
  outermost.has(release) ? STEPS : STEPS.filter(({ always }) => always);

describe.each(releases.map((release) => ({ ...release, steps: stepsOf(release) })))(
  'kubectl $release',
  ({ release, program, steps }) => {
    const namespace = `release-${release.replace(/\W/g, '-').toLowerCase()}`;
    let kubectl: Kubectl;

    beforeAll(async () => {
      kubectl = await Kubectl.of(given.server.kubeconfig, program);
      await kubectl.run('create', 'namespace', namespace);
    });
    afterAll(() => kubectl.dispose());

    it.each(steps)('$run', async ({ run, input, prints, fails }) => {
      const placed = <Text>(text: Text): Text =>
        (typeof text === 'string' ? text.replaceAll('RELEASE', namespace) : text) as Text;
      const pattern = (text: string | RegExp): string | RegExp =>
        typeof text === 'string' ? placed(text) : new RegExp(placed(text.source), text.flags);
      const body = input && (JSON.parse(placed(JSON.stringify(input))) as object);
      const words = run.split(' ');
      const args = words.includes('-n') ? words : ['-n', namespace, ...words];
      const { code, stdout, stderr } = await kubectl.attempt(args, body);
      const expected = pattern(fails ?? prints ?? '');
      const said = fails === undefined ? stdout : stderr;
      expect({ code, stderr: fails === undefined ? stderr : '' }).toMatchObject({ code: fails === undefined ? 0 : 1 });
      if (typeof expected !== 'string') expect(said).toMatch(expected);
      else if (expected !== '') expect(said).toBe(expected);
    });

    it('watches what is there and what comes', async () => {
      const watch = kubectl.follow('-n', namespace, 'get', 'is', '-w', '-o', 'name');
      await kubectl.withInput(stream('watched', []), '-n', namespace, 'create', '-f', '-');
      await watch.line((line) => line === `${KIND}/watched`, 'the new stream');
      await kubectl.withInput(mapping(namespace, 'watched', 'v1', two), '-n', namespace, 'create', '-f', '-');
      await kubectl.run('-n', namespace, 'delete', 'is', 'watched');
      await watch.stop();
    });
  },
);
