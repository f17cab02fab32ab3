import { HttpConnection, type Answer, type Endpoint } from './http-connection.js';
import { percentile } from './percentile.js';

/** Where a load goes, and what it costs there. */
export interface LoadedServer {
  readonly endpoint: Endpoint;
  /** Others to which connections are spread, that understand the same requests. */
  readonly otherEndpoints?: readonly Endpoint[];
  /** Processor seconds that were used so far. */
  readonly cpuSeconds: () => Promise<number>;
}

export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** Seconds of the same load before anything is counted, so that what is measured is compiled code. */
  readonly warmUp: number;
  /** The next request of one connection; `undefined` when there is none left. */
  readonly next: (connection: number) => Buffer | undefined;
  readonly status: number;
}

export interface LoadFigures {
  readonly operationsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor seconds of the server for 1,000 operations. */
  readonly cpuPerThousand: number;
}

/** Lets every connection send its next request as soon as it has the answer to the one before. */
export async function runLoad(server: LoadedServer, load: Load): Promise<LoadFigures> {
  const connections = await openAll(server, load.connections);
  try {
    if (load.warmUp > 0) await loop(connections, load, load.warmUp);
    const cpuBefore = await server.cpuSeconds();
    const started = performance.now();
    const times = await loop(connections, load, load.seconds);
    const seconds = (performance.now() - started) / 1_000;
    const cpu = (await server.cpuSeconds()) - cpuBefore;
    return {
      operationsPerSecond: times.length / seconds,
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
      cpuPerThousand: (cpu / times.length) * 1_000,
    };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Sends requests until there are none left, as quickly as the server takes them. */
export async function sendAll(server: LoadedServer, connections: number, load: Pick<Load, 'next' | 'status'>) {
  const opened = await openAll(server, connections);
  await loop(opened, load, Infinity);
  for (const connection of opened) connection.close();
}

/** @returns how long each request took, in milliseconds. */
async function loop(
  connections: readonly HttpConnection[],
  { next, status }: Pick<Load, 'next' | 'status'>,
  seconds: number,
): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  const run = async (connection: HttpConnection, index: number): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      const request = next(index);
      if (request === undefined) return;
      const answer = await connection.send(request);
      if (answer.status !== status) throw new UnexpectedAnswer(answer, status);
      times.push(answer.lastByteAt - now);
      now = performance.now();
    }
  };
  await Promise.all(connections.map(run));
  return times;
}

function openAll({ endpoint, otherEndpoints = [] }: LoadedServer, count: number): Promise<HttpConnection[]> {
  const endpoints = [endpoint, ...otherEndpoints];
  return Promise.all(
    Array.from({ length: count }, (_, index) => HttpConnection.open(endpoints[index % endpoints.length] ?? endpoint)),
  );
}

class UnexpectedAnswer extends Error {
  constructor(answer: Answer, expected: number) {
    super(`answered ${answer.status} instead of ${expected}: ${answer.raw().toString().slice(0, 2_000)}`);
  }
}
