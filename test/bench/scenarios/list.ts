import { HttpConnection } from '../http-connection.js';
import { ORIGINAL } from '../original.js';
import { median } from '../percentile.js';
import { collectionPath, requestBytes } from '../request.js';
import type { AnswerFigures, Row } from '../row.js';
import type { Scenario, ScenarioOptions } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { createStreams, pushHistories } from '../streams.js';

const NAMESPACE = 'bench';
const TAGS = 5;
const MOVES = 3;
const IMAGES = 3_000;
const PAGE = 500;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const MB = 1_000_000;

type Shape = keyof (typeof ORIGINAL.list)[2_000];

const SHAPES: Readonly<Record<Shape, { readonly title: string; readonly query: string; readonly accept?: string }>> = {
  full: { title: 'in full', query: '' },
  cached: { title: 'in full, resourceVersion=0', query: 'resourceVersion=0' },
  pages: { title: `in pages of ${PAGE}`, query: `limit=${PAGE}` },
  none: { title: 'label selector that matches none', query: 'labelSelector=absent%3Dyes' },
  table: { title: 'as Table', query: '', accept: TABLE },
};

/** Lists of image streams with 5 tags of 3 history items each, and what keeping them takes. */
export const lists: Scenario = {
  names: ['list', 'memory', 'start', 'disk'],
  async run(options, report) {
    const server = await ServerProcess.startEmpty();
    report({ ...quantity('start, empty', server.startSeconds, 's'), original: ORIGINAL.startSeconds.empty });
    try {
      await server.createNamespace(NAMESPACE);
      let present = 0;
      for (const streams of options.quick ? [200, 1_000] : [2_000, 10_000]) {
        await createStreams(server, NAMESPACE, present, streams);
        await pushHistories(server, NAMESPACE, present, streams, { tags: TAGS, moves: MOVES, images: IMAGES });
        present = streams;
        await measureLists(server, streams, options, report);
      }
      await measureFootprint(server, present, report);
    } finally {
      await server.stop();
    }
    await measureRestart(server.dataDir, present(options), report);
  },
};

const present = ({ quick }: ScenarioOptions): number => (quick ? 1_000 : 10_000);

async function measureLists(
  server: ServerProcess,
  streams: number,
  { quick }: ScenarioOptions,
  report: (row: Row) => void,
): Promise<void> {
  const repeats = quick ? 3 : 11;
  for (const shape of Object.keys(SHAPES) as Shape[]) {
    const figures = await measureShape(server, shape, repeats);
    const operation = `list ${streams.toLocaleString('en')} image streams, ${SHAPES[shape].title}`;
    const original = streams === 2_000 || streams === 10_000 ? ORIGINAL.list[streams][shape] : undefined;
    report({ kind: 'answer', operation, figures, ...(original && { original }) });
  }
}

async function measureShape(server: ServerProcess, shape: Shape, repeats: number): Promise<AnswerFigures> {
  const connection = await HttpConnection.open(server.endpoint);
  try {
    await fetchList(server, connection, shape);
    const cpuBefore = await server.cpuSeconds();
    const lists: Fetched[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) lists.push(await fetchList(server, connection, shape));
    const cpu = (await server.cpuSeconds()) - cpuBefore;
    return {
      firstByteMs: median(lists.map(({ firstByteMs }) => firstByteMs)),
      totalMs: median(lists.map(({ totalMs }) => totalMs)),
      megabytes: (lists[0]?.bytes ?? 0) / MB,
      cpuMs: (cpu / repeats) * 1_000,
    };
  } finally {
    connection.close();
  }
}

interface Fetched {
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly bytes: number;
}

/** One list, page after page where it comes in pages. */
async function fetchList(server: ServerProcess, connection: HttpConnection, shape: Shape): Promise<Fetched> {
  const { query, accept } = SHAPES[shape];
  const path = `${collectionPath('imagestreams', NAMESPACE)}?${query}`;
  const started = performance.now();
  let firstByteMs: number | undefined;
  let bytes = 0;
  for (let more: string | undefined = ''; more !== undefined;) {
    const rest = more === '' ? '' : `&continue=${encodeURIComponent(more)}`;
    const request = requestBytes(server.endpoint, { path: path + rest, ...(accept && { accept }) });
    const answer = await connection.send(request);
    if (answer.status !== 200) throw new Error(`the list was answered with ${answer.raw().toString().slice(0, 2_000)}`);
    firstByteMs ??= answer.firstByteAt - started;
    bytes += answer.bytes;
    more = shape === 'pages' ? continueToken(answer.raw()) : undefined;
  }
  return { firstByteMs: firstByteMs ?? NaN, totalMs: performance.now() - started, bytes };
}

/** Stands at the end of the answer, where the metadata of a list are. */
const continueToken = (answer: Buffer): string | undefined =>
  /"continue":"([^"]+)"/.exec(answer.toString('latin1', Math.max(0, answer.length - 1_024)))?.[1];

async function measureFootprint(server: ServerProcess, streams: number, report: (row: Row) => void): Promise<void> {
  const { resident, own, peak } = await server.memory();
  const title = `with ${streams.toLocaleString('en')} image streams`;
  const compare = (original: number) => (streams === 10_000 ? { original } : {});
  const { memoryMb, diskMb } = ORIGINAL;
  report({ ...quantity(`resident memory after these lists, ${title}`, resident / MB, 'MB'), ...compare(memoryMb.now) });
  report(quantity('… of it without mapped files', own / MB, 'MB'));
  report({ ...quantity('… at its peak', peak / MB, 'MB'), ...compare(memoryMb.peak) });
  report({ ...quantity(`disk, ${title}`, (await server.diskBytes()) / MB, 'MB'), ...compare(diskMb) });
}

async function measureRestart(dataDir: string, streams: number, report: (row: Row) => void): Promise<void> {
  const server = await ServerProcess.start(dataDir);
  try {
    const title = `with ${streams.toLocaleString('en')} image streams`;
    const original = streams === 10_000 ? { original: ORIGINAL.startSeconds.withData } : {};
    report({ ...quantity(`start, ${title}`, server.startSeconds, 's'), ...original });
    report(quantity(`resident memory after this start, ${title}`, (await server.memory()).resident / MB, 'MB'));
    const connection = await HttpConnection.open(server.endpoint);
    await fetchList(server, connection, 'full');
    connection.close();
    report(quantity('… and after one full list', (await server.memory()).resident / MB, 'MB'));
  } finally {
    await server.stopAndDelete();
  }
}

const quantity = (operation: string, value: number, unit: 's' | 'MB'): Row & { kind: 'quantity' } => ({
  ...{ kind: 'quantity', operation, value, unit },
});
