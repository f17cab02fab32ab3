import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A server that transcripts are played against; `servers.ts` says how each is configured. */
export const SERVERS = ['plain', 'registry', 'allow-list', 'preserving', 'importing'] as const;
export type ServerName = (typeof SERVERS)[number];

/** A file of transcripts: one topic of the specification. */
export interface Topic {
  /** Number and title of the section that it holds to, such as `6.4 Generations`. */
  readonly section: string;
  /** What a registry elsewhere offers, for topics about imports. */
  readonly remote: readonly RemoteContent[];
  readonly groups: readonly Group[];
}

/** Steps that build on each other. Every group begins in a namespace of its own. */
export interface Group {
  readonly name: string;
  /** What the topic says, unless the group says otherwise. */
  readonly server: ServerName;
  /** Makes what the steps are about. These are expected to succeed, and are not counted. */
  readonly given: readonly Step[];
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  readonly expect: Expectation;
}

export interface Expectation {
  /** `undefined`: any success. */
  readonly status: number | undefined;
  /** What the answer must contain. */
  readonly body: Json | undefined;
  /** All causes of a refusal, in any order. */
  readonly causes: readonly Json[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing was appended to the log. Refusals always have to leave it alone, unless this is `false`. */
  readonly unchanged: boolean | undefined;
  /** The server has work to do by itself before the answer is this: ask until it is. */
  readonly eventually: boolean;
}

/** Content of a registry elsewhere, at `<remote>`. Its digest can be named as `<image:NAME>`. */
export interface RemoteContent {
  readonly name: string;
  /** In a second registry, at `<private>`, that wants to know who asks for anything but repositories below `public/`. */
  readonly private?: boolean;
  readonly repository: string;
  readonly tag?: string;
  readonly platform?: string;
  readonly mediaType?: 'oci' | 'docker-v2' | 'schema1' | 'schema1-unsigned';
  readonly layers?: number;
  readonly env?: readonly string[];
  /** Names of the images that an index is made of; it has none of the keys of an image then. */
  readonly images?: readonly string[];
  /** The manifest as it stands, good or not; `<image:NAME>` in it is the digest of what stands above. */
  readonly manifest?: { readonly contentType: string; readonly text: string };
}

/** The topics of a folder, in the order of their file names. */
export function readTopics(folder: string): Topic[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => topicOf(file, parse(readFileSync(join(folder, file), 'utf8')) as Json));
}

function topicOf(file: string, value: Json): Topic {
  const { section, server = 'plain', remote = [], given = [], groups, ...rest } = objectOf(value, file);
  nothingElse(rest, file);
  const background = listOf(given, `${file}: given`).map((step) => stepOf(step, `${file}: given`));
  return {
    section: textOf(section, `${file}: section`),
    remote: listOf(remote, `${file}: remote`) as unknown as readonly RemoteContent[],
    groups: listOf(groups, `${file}: groups`).map((group) => {
      const { name, server: ownServer = server, given: own = [], steps, ...others } = objectOf(group, file);
      const where = `${file}: ${textOf(name, `${file}: name of a group`)}`;
      nothingElse(others, where);
      return {
        name: textOf(name, where),
        server: serverOf(ownServer, where),
        given: [...background, ...listOf(own, where).map((step) => stepOf(step, where))],
        steps: listOf(steps, where).map((step) => stepOf(step, where)),
      };
    }),
  };
}

/** `request` is written as `METHOD path`. */
function stepOf(value: Json, where: string): Step {
  const { name = '', request, headers = {}, body, expect = {}, ...rest } = objectOf(value, where);
  const [method = '', ...path] = textOf(request, `${where}: request`).split(' ');
  const place = `${where}: ${textOf(name, where) || path.join(' ')}`;
  nothingElse(rest, place);
  return {
    name: textOf(name, place),
    method,
    path: path.join(' '),
    headers: objectOf(headers, place) as Readonly<Record<string, string>>,
    body,
    expect: expectationOf(expect, place),
  };
}

function expectationOf(value: Json, where: string): Expectation {
  if (typeof value === 'number') return expectationOf({ status: value }, where);
  const { status, body, causes, headers = {}, unchanged, eventually, ...rest } = objectOf(value, where);
  nothingElse(rest, where);
  return {
    status: status === undefined ? undefined : Number(status),
    body,
    causes: causes === undefined ? undefined : listOf(causes, where),
    headers: objectOf(headers, where) as Readonly<Record<string, string>>,
    unchanged: unchanged === undefined ? undefined : unchanged === true,
    eventually: eventually === true,
  };
}

function objectOf(value: Json | undefined, where: string): { readonly [key: string]: Json | undefined } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as { readonly [key: string]: Json };
  }
  throw new Error(`${where}: expected an object`);
}

function listOf(value: Json | undefined, where: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new Error(`${where}: expected a list`);
}

function textOf(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${where}: expected a text`);
}

function serverOf(value: Json, where: string): ServerName {
  const server = SERVERS.find((known) => known === value);
  if (server === undefined) throw new Error(`${where}: there is no server ${JSON.stringify(value)}`);
  return server;
}

/** A key that is spelled wrong would make a step expect less than it says. */
function nothingElse(rest: object, where: string): void {
  const [key] = Object.keys(rest);
  if (key !== undefined) throw new Error(`${where}: unknown key ${key}`);
}
