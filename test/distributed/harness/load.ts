import { readFile } from 'node:fs/promises';
import type { InProcessRegistry } from '#lib/testing';
import { GROUP, type Answer, type ApiClient, type Json } from '../../system/harness/api-client.js';
import { digestOf, imageStream, imageStreamImport, mapping } from '../../system/harness/image-objects.js';
import type { Installation } from './installation.js';
import { PatientClient, type Done, type Request } from './patient-client.js';

export const NAMESPACE = 'team';
export const STREAMS = `${GROUP}/namespaces/${NAMESPACE}/imagestreams`;
export const MAPPINGS = `${GROUP}/namespaces/${NAMESPACE}/imagestreammappings`;
export const TAGS = `${GROUP}/namespaces/${NAMESPACE}/imagestreamtags`;
export const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

const WRITERS = 8;
const READERS = 2;
/** Each tag of a writer is moved again and again. */
const TAGS_OF_EACH = 20;
const SIGNATURE = new URL('../../../libs/signature/src/content/fixtures/simple-signing.gpg', import.meta.url);

export interface Push {
  readonly stream: string;
  readonly tag: string;
  readonly image: string;
  /** Whether it may have been done more than once, for all that its writer knows. */
  readonly isRepeated: boolean;
}

/** One of those who write or read all the time. */
interface Turns {
  readonly who: string;
  readonly pauseMs: number;
  readonly turn: (n: number) => Promise<boolean>;
}

/** Everything that clients do, through all gateways at once, and what they were answered. */
export class Load {
  readonly pushes: Push[] = [];
  readonly secrets: string[] = [];
  readonly signatures: string[] = [];
  readonly imports: { readonly tag: string; readonly image: string }[] = [];
  /** What was read and cannot be. */
  readonly contradictions: string[] = [];
  readonly client: PatientClient;
  private readonly apis: readonly ApiClient[];
  private readonly turns = new Map<string, number>();
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  /** Tags of which an attempt may still be on its way. */
  private readonly unsure = new Set<string>();
  private version = 0;

  constructor(
    private readonly installation: Installation,
    private readonly registry: InProcessRegistry,
  ) {
    this.apis = installation.gateways.map((gateway) => gateway.api({ connections: WRITERS * 2 }));
    this.client = new PatientClient(this.apis);
  }

  /** Makes what is written into. @returns the version from which all changes to come can be watched. */
  async prepare(): Promise<string> {
    const api = this.installation.gateway.api();
    await api.post('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    const { body } = await api.get(STREAMS);
    for (let writer = 0; writer < WRITERS; writer++) await api.post(STREAMS, imageStream(`app-${writer}`));
    api.close();
    return body.metadata?.resourceVersion ?? '';
  }

  async start(): Promise<void> {
    const signature = (await readFile(SIGNATURE)).toString('base64');
    const all: readonly Turns[] = [
      ...Array.from({ length: WRITERS }, (_, writer) => ({
        ...{ who: `writer ${writer}`, pauseMs: 40 },
        turn: (n: number) => this.push(writer, n),
      })),
      ...Array.from({ length: READERS }, (_, reader) => ({
        ...{ who: `reader ${reader}`, pauseMs: 100 },
        turn: (n: number) => this.read(reader, n),
      })),
      { who: 'importer', pauseMs: 200, turn: (n) => this.import(n) },
      { who: 'signer', pauseMs: 200, turn: (n) => this.sign(n, signature) },
      { who: 'keeper of secrets', pauseMs: 200, turn: (n) => this.keep(n) },
    ];
    this.running = Promise.all(all.map((each) => this.repeat(each)));
  }

  /** Resolves when everybody has done something more, begun after now. */
  async goesOn(): Promise<void> {
    const before = new Map(this.turns);
    const isBehind = ([who, turns]: readonly [string, number]): boolean => turns < (before.get(who) ?? 0) + 2;
    while ([...this.turns].some(isBehind)) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const api of this.apis) api.close();
  }

  private async repeat({ who, pauseMs, turn }: Turns): Promise<void> {
    this.turns.set(who, 0);
    for (let n = 0; !this.stopping.signal.aborted; n++) {
      if (await turn(n)) this.turns.set(who, (this.turns.get(who) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  private send(request: Request, first: number): Promise<Done | undefined> {
    return this.client.send(request, first, this.stopping.signal);
  }

  private async push(writer: number, n: number): Promise<boolean> {
    const [stream, tag, image] = [`app-${writer}`, `t-${n % TAGS_OF_EACH}`, digestOf(`${writer} ${n}`)];
    const gateway = writer + n;
    const body = mapping(NAMESPACE, stream, tag, image);
    const done = await this.send({ method: 'POST', path: MAPPINGS, body, isDone: isCreated }, gateway);
    if (done === undefined) return false;
    const { isRepeated } = done;
    this.pushes.push({ stream, tag, image, isRepeated });
    // Nobody knows what became of the first attempt, and so whether it comes after the next push.
    if (isRepeated) this.unsure.add(`${stream}:${tag}`);
    // Whoever asks another gateway sees it at once.
    if (n % 3 === 0 && !this.unsure.has(`${stream}:${tag}`)) return this.look(stream, tag, image, gateway + 1);
    return true;
  }

  private async look(stream: string, tag: string, image: string, gateway: number): Promise<boolean> {
    const done = await this.send({ method: 'GET', path: `${TAGS}/${stream}:${tag}`, isDone: isOk }, gateway);
    if (done === undefined) return false;
    const { name } = (done.answer.body['image'] as Json).metadata ?? {};
    if (name !== image) this.contradictions.push(`${stream}:${tag} shows ${name} and not ${image}`);
    return true;
  }

  /** One reader after the other asks one gateway after the other, and nobody gets to see what was before. */
  private async read(reader: number, n: number): Promise<boolean> {
    const before = this.version;
    const done = await this.send({ method: 'GET', path: STREAMS, isDone: isOk }, reader + n);
    if (done === undefined) return false;
    const { items = [], metadata } = done.answer.body;
    const version = Number(metadata?.resourceVersion);
    if (!(version >= before)) this.contradictions.push(`a list of ${version} after one of ${before}`);
    if (items.length < WRITERS) this.contradictions.push(`a list of ${items.length} streams`);
    this.version = Math.max(this.version, version);
    return true;
  }

  private async import(n: number): Promise<boolean> {
    const tag = `i-${n}`;
    const { digest } = this.registry.image({ repository: 'team/imported', tag, content: tag });
    const from = `${this.registry.host}/team/imported:${tag}`;
    const path = `${GROUP}/namespaces/${NAMESPACE}/imagestreamimports`;
    const body = imageStreamImport('imported', { images: [{ from, to: tag }] });
    const done = await this.send({ method: 'POST', path, body, isDone: isImported }, n);
    if (done === undefined) return false;
    this.imports.push({ tag, image: digest });
    return true;
  }

  private async sign(n: number, content: string): Promise<boolean> {
    const image = this.pushes[n]?.image;
    if (image === undefined) return true;
    const name = `${image}@by-${n}`;
    const body = { kind: 'ImageSignature', apiVersion: 'image.openshift.io/v1', type: 'atomic', content };
    const path = `${GROUP}/imagesignatures`;
    const done = await this.send(
      { method: 'POST', path, body: { ...body, metadata: { name } }, isDone: isCreated, wasDone: isThere },
      n,
    );
    if (done === undefined) return false;
    this.signatures.push(name);
    return true;
  }

  private async keep(n: number): Promise<boolean> {
    const name = `s-${n}`;
    const body = { metadata: { name }, stringData: { password: 'correct horse' } };
    const request = { method: 'POST', path: SECRETS, body, isDone: isCreated, wasDone: isThere } as const;
    const done = await this.send(request, n);
    if (done === undefined) return false;
    this.secrets.push(name);
    return true;
  }
}

const isOk = ({ code }: Answer): boolean => code === 200;
const isCreated = ({ code }: Answer): boolean => code === 201;
const isThere = ({ code, body }: Answer): boolean => code === 409 && body.reason === 'AlreadyExists';

function isImported({ code, body }: Answer): boolean {
  if (code !== 201) return false;
  const { images = [] } = body['status'] as { readonly images?: readonly { readonly status: Json }[] };
  return images.every(({ status }) => status['status'] === 'Success');
}
