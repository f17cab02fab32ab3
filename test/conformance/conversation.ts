import { setTimeout as sleep } from 'node:timers/promises';
import { differences, differencesOfSets } from './expectation.js';
import type { Answer, ConformanceServer } from './servers.js';
import type { Expectation, Json, Step } from './transcript.js';
import type { Variables } from './variables.js';

const API = '/apis/image.openshift.io/v1';
/** What the server does by itself takes moments; a step that waits gives up in the end. */
const PAUSE_MS = 20;
const MAX_REPETITIONS = 1_000;

const CLUSTER_WIDE = /^(?:images|imagesignatures)(?:[/?]|$)/;

/** The steps of one group, played in a namespace against a server. */
export class Conversation {
  constructor(
    private readonly server: ConformanceServer,
    private readonly namespace: string,
    private readonly variables: Variables,
  ) {}

  async begin(): Promise<void> {
    const body = JSON.stringify({ metadata: { name: this.namespace } });
    const { status, text } = await this.server.send('POST', '/api/v1/namespaces', JSON_BODY, body);
    if (status !== 201) throw new Error(`namespace ${this.namespace} was not created: ${text}`);
  }

  /** @returns what is not as the step expects it. */
  async play(step: Step): Promise<string[]> {
    let problems = await this.playOnce(step);
    for (let again = 0; step.expect.eventually && problems.length > 0 && again < MAX_REPETITIONS; again++) {
      await sleep(PAUSE_MS);
      problems = await this.playOnce(step);
    }
    return problems;
  }

  private async playOnce(step: Step): Promise<string[]> {
    const { expect } = step;
    const refusalExpected = expect.status !== undefined && expect.status >= 400;
    const mustNotChange = expect.unchanged ?? (refusalExpected && step.method !== 'GET');
    const before = mustNotChange ? await this.logVersion() : undefined;
    const answer = await this.send(step);
    const problems = [
      ...compareStatus(expect.status, answer.status),
      ...(answer.status >= 400 ? brokenStatus(answer) : []),
      ...(expect.body === undefined ? [] : differences(expect.body, answer.body, this.variables)),
      ...compareCauses(expect, answer, this.variables),
      ...compareHeaders(expect, answer, this.variables),
    ];
    if (before !== undefined && (await this.logVersion()) !== before)
      problems.push('something was appended to the log');
    if (problems.length > 0) problems.push(`the answer was ${answer.status} ${answer.text.slice(0, 3_000)}`);
    return problems;
  }

  private send({ method, path, headers, body }: Step): Promise<Answer> {
    const filled = body === undefined ? undefined : this.variables.fill(body);
    const text = filled === undefined ? undefined : typeof filled === 'string' ? filled : JSON.stringify(filled);
    const type = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : JSON_BODY;
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.variables.text(value)]));
    return this.server.send(method, this.pathOf(path), { ...(text === undefined ? {} : type), ...own }, text);
  }

  /** A path that does not begin with a slash is one of the image API, in the group's namespace where it needs one. */
  private pathOf(path: string): string {
    const filled = this.variables.text(path);
    if (filled.startsWith('/')) return filled;
    return CLUSTER_WIDE.test(filled) ? `${API}/${filled}` : `${API}/namespaces/${this.namespace}/${filled}`;
  }

  /** The version that a list shows is that of the newest event. */
  private async logVersion(): Promise<Json | undefined> {
    const { body } = await this.server.send('GET', `${API}/namespaces/${this.namespace}/imagestreams?limit=1`, {});
    return (body as { readonly metadata?: { readonly resourceVersion?: string } }).metadata?.resourceVersion;
  }
}

const JSON_BODY = { 'content-type': 'application/json' };

function compareStatus(expected: number | undefined, actual: number): string[] {
  if (expected === undefined) return actual < 300 ? [] : [`expected success, found ${actual}`];
  return expected === actual ? [] : [`status: expected ${expected}, found ${actual}`];
}

/** Whatever is refused, the answer is a Status that says so and repeats the code. */
function brokenStatus({ status, body }: Answer): string[] {
  const { kind, apiVersion, code, status: outcome } = (body ?? {}) as Readonly<Record<string, Json>>;
  const isStatus = kind === 'Status' && apiVersion === 'v1' && outcome === 'Failure' && code === status;
  return isStatus ? [] : ['the refusal is no Status with its code'];
}

function compareCauses({ causes }: Expectation, { body }: Answer, variables: Variables): string[] {
  if (causes === undefined) return [];
  const { details } = (body ?? {}) as { readonly details?: { readonly causes?: Json } };
  return differencesOfSets(causes, details?.causes, variables, '.details.causes');
}

function compareHeaders({ headers }: Expectation, answer: Answer, variables: Variables): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const found = answer.headers[name.toLowerCase()];
    const text = Array.isArray(found) ? found.join(', ') : found;
    return differences(value, text, variables, `header ${name}`);
  });
}
