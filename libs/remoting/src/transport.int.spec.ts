import { once } from 'node:events';
import { createServer, connect as connectTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStoreError, Refusal, StaleVersionError } from '#lib/event-store';
import { TestAuthority } from '#lib/testing';
import { NO_TRACER, type SpanOptions, type Tracer } from '#lib/tracing';
import type { CallContext } from './server/call-context.js';
import { ECHO, ENVELOPE, gate, REPEATABLE, ServicePair, WORK } from './service-pair.fixture.js';
import { encodeFrame } from './wire/frame.js';
import { secured, type CurrentIdentity } from './wire/peer-identity.js';

const TRACE = 'a'.repeat(32);

let pair: ServicePair;
const opened: { close(): unknown }[] = [];

beforeEach(async () => {
  pair = await ServicePair.create();
});

afterEach(async () => {
  for (const each of opened.splice(0)) each.close();
  await pair.stop();
});

describe('a call of a service', () => {
  it('is answered, many of them at once on one connection', async () => {
    const { address } = await pair.serve();
    const client = await pair.client([address]);
    const sent = Array.from({ length: 50 }, (_, number) => ({ number, text: 'ä'.repeat(number) }));
    expect(await Promise.all(sent.map((each) => client.call(ECHO, each, ENVELOPE)))).toEqual(sent);
  });

  it('brings along who acts, and by whom it was sent', async () => {
    const work = async (_request: unknown, { envelope, caller }: CallContext) => ({ envelope, caller });
    const { address } = await pair.serve({ [WORK.pattern]: work });
    const client = await pair.client([address]);
    const user = { name: 'alice', uid: 'u-1', groups: ['devs'], extra: { scopes: ['user:full'] } };
    expect(await client.call(WORK, {}, { ...ENVELOPE, user })).toEqual({
      envelope: { ...ENVELOPE, user },
      caller: 'gateway',
    });
  });

  it('goes on in the trace of whoever calls, at both of its ends', async () => {
    const spans: SpanOptions[] = [];
    const tracer: Tracer = {
      ...NO_TRACER,
      isOn: true,
      span: (_name, options, run) => {
        const own = spans.push(options).toString(16).padStart(16, '0');
        return run({ traceparent: `00-${TRACE}-${own}-01`, set: () => undefined, rename: () => undefined });
      },
    };
    const work = async (_request: unknown, { envelope }: CallContext) => envelope.context.traceparent;
    const { address } = await pair.serve({ [WORK.pattern]: work }, { tracer });
    const client = await pair.client([address], { tracer });
    const traceparent = `00-${TRACE}-00000000000000aa-01`;
    const seen = await client.call(WORK, {}, { context: { ...ENVELOPE.context, traceparent } });
    expect(spans).toMatchObject([
      { kind: 'client', parent: traceparent },
      { kind: 'server', parent: `00-${TRACE}-0000000000000001-01` },
    ]);
    expect(seen).toBe(`00-${TRACE}-0000000000000002-01`);
  });

  it.each([
    new Refusal('invalid', 'web', 'spec: no', [{ field: 'spec', kind: 'invalid', value: { a: 1 }, detail: 'no' }]),
    new StaleVersionError(7, 9),
    new StaleVersionError(7, Infinity),
    new EventStoreError('outcome-unknown', 'nobody knows'),
  ])('fails with what the service refuses with: %o', async (error) => {
    const { address } = await pair.serve({ [WORK.pattern]: () => Promise.reject(error) });
    const client = await pair.client([address]);
    const failed = await client.call(WORK, {}, ENVELOPE).catch((caught: unknown) => caught);
    expect(failed).toEqual(error);
    expect(failed).toBeInstanceOf(error.constructor);
  });

  it('says nothing of what went wrong in a way that nobody foresaw, but to the log of the service', async () => {
    const seen: unknown[] = [];
    const error = new Error('password hunter2');
    const { address } = await pair.serve(
      { [WORK.pattern]: () => Promise.reject(error) },
      { onError: (...what) => seen.push(what) },
    );
    const client = await pair.client([address]);
    await expect(client.call(WORK, {}, ENVELOPE)).rejects.toMatchObject({
      code: 'internal',
      message: 'the test-service failed',
    });
    expect(seen).toEqual([[error, { pattern: 'test.work', requestId: 'r-1' }]]);
  });

  it('of what the service does not know is refused', async () => {
    const { address } = await pair.serve();
    const client = await pair.client([address]);
    await expect(client.call(WORK, {}, ENVELOPE)).rejects.toMatchObject({ code: 'unknown-call' });
  });

  it('is not begun again by whoever asked for it when something behind the service was away', async () => {
    let begun = 0;
    const behind = await pair.client([{ host: '127.0.0.1', port: 1 }], { waitMs: 0 });
    const { address } = await pair.serve({
      [WORK.pattern]: () => {
        begun++;
        return behind.call(ECHO, {}, ENVELOPE);
      },
    });
    const client = await pair.client([address]);
    await expect(client.call(WORK, {}, ENVELOPE)).rejects.toMatchObject({ code: 'incomplete' });
    expect(begun).toBe(1);
  });
});

describe('who may call', () => {
  it('is nobody without a certificate', async () => {
    const refused = gate();
    const { address } = await pair.serve({}, { onRefused: refused.open });
    const socket = connectTls({ ...address, ca: pair.authority.cert, checkServerIdentity: () => undefined });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.on('close', resolve));
    await refused.opened;
  });

  it('is nobody with a certificate of another authority', async () => {
    const refused: string[] = [];
    const { address } = await pair.serve({}, { onRefused: (why) => refused.push(why) });
    const stranger = await pair.identity('gateway', await TestAuthority.create('other.example.com'));
    const client = await pair.client([address], { identity: stranger, waitMs: 300 });
    await expect(client.call(ECHO, {}, ENVELOPE)).rejects.toMatchObject({ code: 'unreachable' });
    expect(refused[0]).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/);
  });

  it('is nobody whose name is not among those that may', async () => {
    const refused: string[] = [];
    const { address } = await pair.serve({}, { onRefused: (why) => refused.push(why) });
    const client = await pair.client([address], { identity: await pair.identity('image-service'), waitMs: 300 });
    await expect(client.call(ECHO, {}, ENVELOPE)).rejects.toMatchObject({ code: 'unreachable' });
    expect(refused[0]).toBe('"image-service" may not call the test-service');
  });

  it('talks to nobody who is not the service that was meant', async () => {
    const { address } = await pair.serve({}, { identity: await pair.identity('image-service') });
    const disturbances: string[] = [];
    const client = await pair.client([address], { waitMs: 300, onDisturbance: (why) => disturbances.push(why) });
    await expect(client.call(ECHO, {}, ENVELOPE)).rejects.toMatchObject({ code: 'unreachable' });
    expect(disturbances[0]).toContain('it is "image-service", not the test-service');
  });
});

describe('a deadline', () => {
  it('ends the wait for an answer, and tells the service that nobody waits', async () => {
    const aborted = gate();
    const { address } = await pair.serve({
      [WORK.pattern]: (_request, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => aborted.open(), { once: true })),
    });
    const client = await pair.client([address]);
    const late = client.call(WORK, {}, ENVELOPE, { deadlineMs: 50 });
    await expect(late).rejects.toMatchObject({ code: 'timed-out' });
    await aborted.opened;
  });

  it('that is over keeps a call from being begun', async () => {
    let begun = 0;
    const { address } = await pair.serve({ [WORK.pattern]: async () => begun++ });
    const socket = await rawClient(address);
    const call = { pattern: WORK.pattern, deadline: Date.now() - 1, envelope: ENVELOPE, request: {} };
    socket.write(encodeFrame('call', 1, Buffer.from(JSON.stringify(call))));
    expect(JSON.parse(await failureOn(socket))).toMatchObject({ data: { code: 'expired' } });
    expect(begun).toBe(0);
  });

  it.each([-3_600_000, 3_600_000])(
    'is told by the clock of the service, %i ms from that of the caller',
    async (apart) => {
      const { address } = await pair.serve({}, { clock: () => Date.now() + apart });
      const client = await pair.client([address]);
      expect(await client.call(ECHO, 'in time', ENVELOPE)).toBe('in time');
    },
  );

  it('is not waited for by a caller who gives up', async () => {
    const begun = gate();
    const { address } = await pair.serve({
      [WORK.pattern]: (_request, { signal }) => {
        begun.open();
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('given up')), { once: true }),
        );
      },
    });
    const client = await pair.client([address]);
    const controller = new AbortController();
    const call = client.call(WORK, {}, ENVELOPE, { signal: controller.signal });
    await begun.opened;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not matter to a call that was given up in the same moment: it is not begun', async () => {
    const seen: string[] = [];
    const { address } = await pair.serve({ [WORK.pattern]: async (request) => seen.push(request as string) });
    const socket = await rawClient(address);
    const of = (request: string): Buffer =>
      Buffer.from(
        JSON.stringify({ pattern: WORK.pattern, deadline: Date.now() + 60_000, envelope: ENVELOPE, request }),
      );
    socket.write(
      Buffer.concat([
        encodeFrame('call', 1, of('given up')),
        encodeFrame('call', 2, of('wanted')),
        encodeFrame('cancel', 1),
      ]),
    );
    await frameOn(socket);
    expect(seen).toEqual(['wanted']);
  });
});

describe('a service with as much to do as it can', () => {
  it.each([
    ['of one client', { maxInFlightPerConnection: 1 }],
    ['of all clients', { maxInFlight: 1 }],
  ])('refuses further calls %s before it looks at them, and takes them again later', async (_whose, limit) => {
    const [begun, ended] = [gate(), gate()];
    const work = async (): Promise<string> => {
      begun.open();
      await ended.opened;
      return 'done';
    };
    const { address } = await pair.serve({ [WORK.pattern]: work }, limit);
    const client = await pair.client([address]);
    const first = client.call(WORK, {}, ENVELOPE);
    await begun.opened;
    await expect(client.call(ECHO, {}, ENVELOPE)).rejects.toMatchObject({ code: 'busy' });
    ended.open();
    expect(await first).toBe('done');
    expect(await client.call(ECHO, 1, ENVELOPE)).toBe(1);
  });

  it('leaves them to another instance', async () => {
    const [begun, ended] = [gate(), gate()];
    const work = async (): Promise<void> => {
      begun.open();
      await ended.opened;
    };
    const busy = await pair.serve({ [WORK.pattern]: work }, { maxInFlight: 1 });
    const alone = await pair.client([busy.address]);
    const held = alone.call(WORK, {}, ENVELOPE);
    await begun.opened;
    const idle = await pair.serve();
    const client = await pair.client([busy.address, idle.address]);
    await connectedTo(client, 2);
    const answers = await Promise.all([1, 2, 3, 4].map((each) => client.call(ECHO, each, ENVELOPE)));
    expect(answers).toEqual([1, 2, 3, 4]);
    ended.open();
    await held;
  });
});

describe('several instances', () => {
  it('are called in turn', async () => {
    const asked = [0, 0];
    const [first, second] = await Promise.all(
      [0, 1].map((index) => pair.serve({ [WORK.pattern]: async () => (asked[index] = (asked[index] ?? 0) + 1) })),
    );
    const client = await pair.client([{ host: 'test-service.example.com', port: 1 }], {
      resolve: async () => [first, second].map((server) => server?.address ?? { host: '', port: 0 }),
    });
    await connectedTo(client, 2);
    for (let each = 0; each < 10; each++) await client.call(WORK, {}, ENVELOPE);
    expect(asked).toEqual([5, 5]);
  });

  it('of which one is away are those that are not', async () => {
    const gone = await pair.serve();
    const there = await pair.serve();
    const client = await pair.client([gone.address, there.address]);
    await gone.close();
    for (let each = 0; each < 10; each++) expect(await client.call(ECHO, each, ENVELOPE)).toBe(each);
  });

  it('come and go with the addresses of their name', async () => {
    const first = await pair.serve();
    const second = await pair.serve();
    let known = [first.address];
    const client = await pair.client([first.address], { resolve: async () => known, resolveMs: 20 });
    await connectedTo(client, 1);
    known = [second.address];
    await first.close();
    expect(await client.call(ECHO, 'second', ENVELOPE)).toBe('second');
  });
});

describe('a certificate that is renewed', () => {
  it('is shown in every connection that begins afterwards, at both ends', async () => {
    const [old, renewed] = [await TestAuthority.create(), await TestAuthority.create('renewed.example.com')];
    let authority = old;
    const identity = async (commonName: string): Promise<CurrentIdentity> => {
      const usages = ['clientAuth', 'serverAuth'] as const;
      const pairs = new Map([
        [old, await old.issue({ commonName, usages: [...usages] })],
        [renewed, await renewed.issue({ commonName, usages: [...usages] })],
      ]);
      return () => ({ ca: authority.cert, ...(pairs.get(authority) ?? { cert: '', key: '' }) });
    };
    const { address } = await pair.serve({}, { identity: await identity('test-service'), renewMs: 20 });
    const gateway = await identity('gateway');
    const before = await pair.client([address], { identity: gateway });
    expect(await before.call(ECHO, 'before', ENVELOPE)).toBe('before');
    authority = renewed;
    const after = await pair.client([address], { identity: gateway, waitMs: 10_000 });
    expect(await after.call(ECHO, 'after', ENVELOPE)).toBe('after');
    // Connections that were open stay.
    expect(await before.call(ECHO, 'still', ENVELOPE)).toBe('still');
  });
});

describe('a service that restarts', () => {
  it('is waited for by calls that were not begun', async () => {
    const server = await pair.serve();
    const { address } = server;
    const client = await pair.client([address], { waitMs: 10_000 });
    await client.call(ECHO, {}, ENVELOPE);
    await server.close();
    const waiting = client.call(ECHO, 'after', ENVELOPE);
    await pair.serve({}, { port: address.port });
    expect(await waiting).toBe('after');
  });

  it('answers what it has begun before it ends, and begins nothing more', async () => {
    const [begun, ended] = [gate(), gate()];
    const work = async (): Promise<string> => {
      begun.open();
      await ended.opened;
      return 'done';
    };
    const server = await pair.serve({ [WORK.pattern]: work });
    const client = await pair.client([server.address], { waitMs: 50 });
    const call = client.call(WORK, {}, ENVELOPE);
    await begun.opened;
    const closed = server.close();
    await expect(client.call(ECHO, {}, ENVELOPE)).rejects.toMatchObject({ code: 'unreachable' });
    ended.open();
    expect(await call).toBe('done');
    await closed;
  });

  it('refuses what was on its way when it began to leave, and leaves no call without an answer', async () => {
    const server = await pair.serve();
    const socket = await rawClient(server.address);
    const closed = server.close();
    // The client hears that the server leaves only now, and has sent a call meanwhile.
    await once(socket, 'data');
    socket.write(encodeFrame('call', 1, Buffer.from('{}')));
    expect(await failureOn(socket)).toContain('"busy"');
    socket.end();
    await closed;
  });

  it('does not wait for a client that never ends the connection', async () => {
    const server = await pair.serve();
    const socket = await rawClient(server.address);
    const ended = once(socket, 'close');
    await server.close();
    await ended;
  });

  it('loses no call, however many cross its leaving', async () => {
    let server = await pair.serve();
    const { address } = server;
    const client = await pair.client([address], { waitMs: 10_000 });
    const stopped = new AbortController();
    const callers = Array.from({ length: 16 }, async () => {
      for (let n = 0; !stopped.signal.aborted; n++) expect(await client.call(ECHO, n, ENVELOPE)).toBe(n);
    });
    for (let restart = 0; restart < 10; restart++) {
      await client.call(ECHO, 'up', ENVELOPE);
      await server.close();
      server = await pair.serve({}, { port: address.port });
    }
    stopped.abort();
    await Promise.all(callers);
  });

  it('is asked again for what does no harm to be done twice, and for nothing else', async () => {
    const proxy = await cuttingProxy((await pair.serve({ [REPEATABLE.pattern]: async () => 'done' })).address);
    const client = await pair.client([proxy.address], { waitMs: 10_000 });
    await client.call(ECHO, {}, ENVELOPE);
    proxy.holdAnswers();
    const repeatable = client.call(REPEATABLE, {}, ENVELOPE);
    const once = client.call(ECHO, {}, ENVELOPE).catch((error: unknown) => error);
    await proxy.sawCalls();
    proxy.cut();
    expect(await once).toMatchObject({ code: 'connection-lost' });
    expect(await repeatable).toBe('done');
  });
});

describe('what cannot be understood', () => {
  it('is not sent when it is too large, and not answered either', async () => {
    const { address } = await pair.serve({ [WORK.pattern]: async () => 'x'.repeat(2_000) }, { maxBytes: 1_000 });
    const client = await pair.client([address]);
    await expect(client.call(ECHO, 'x'.repeat(1_000), ENVELOPE)).rejects.toMatchObject({ code: 'too-large' });
    await expect(client.call(WORK, {}, ENVELOPE)).rejects.toMatchObject({ code: 'too-large' });
    expect(await client.call(ECHO, 'small', ENVELOPE)).toBe('small');
  });

  it.each([
    ['no frame', Buffer.from('GET / HTTP/1.1\r\nhost: test\r\n\r\n')],
    [
      'a frame without end',
      Buffer.concat([encodeFrame('call', 1).subarray(0, 6), Buffer.from([0xff, 0xff, 0xff, 0xff])]),
    ],
  ])('ends the connection: %s', async (_what, bytes) => {
    const { address } = await pair.serve();
    const socket = await rawClient(address);
    socket.write(bytes);
    await new Promise((resolve) => socket.on('close', resolve));
    const client = await pair.client([address]);
    expect(await client.call(ECHO, 1, ENVELOPE)).toBe(1);
  });

  it.each(['no JSON', '[]', 'null', '{"pattern":1}', '{"pattern":"test.echo","deadline":1e15,"envelope":null}'])(
    'in a call is refused: %s',
    async (text) => {
      const { address } = await pair.serve();
      const socket = await rawClient(address);
      socket.write(encodeFrame('call', 7, Buffer.from(text)));
      expect(JSON.parse(await failureOn(socket))).toMatchObject({ data: { code: 'unknown-call' } });
    },
  );

  it('comes in any pieces that it likes', async () => {
    const { address } = await pair.serve();
    const socket = await rawClient(address);
    const call = { pattern: ECHO.pattern, deadline: Date.now() + 60_000, envelope: ENVELOPE, request: 'in pieces' };
    for (const byte of encodeFrame('call', 1, Buffer.from(JSON.stringify(call)))) socket.write(Buffer.from([byte]));
    expect(await frameOn(socket)).toContain('in pieces');
  });

  it('of a command with a manifest of four megabytes is nothing', async () => {
    const maxBytes = 64 * 1024 * 1024;
    const { address } = await pair.serve({}, { maxBytes });
    const client = await pair.client([address], { maxBytes });
    const manifest = 'm'.repeat(4 * 1024 * 1024);
    expect(await client.call(ECHO, { manifest }, ENVELOPE)).toEqual({ manifest });
  });
});

describe('a peer that is only half there', () => {
  it('is left by the client, whose calls fail rather than wait', async () => {
    const proxy = await cuttingProxy((await pair.serve()).address);
    const client = await pair.client([proxy.address], { pingMs: 20 });
    await client.call(ECHO, {}, ENVELOPE);
    proxy.holdAnswers();
    await expect(client.call(ECHO, {}, ENVELOPE)).rejects.toMatchObject({ code: 'connection-lost' });
  });

  it('is left by the service', async () => {
    const { address } = await pair.serve({}, { silenceMs: 50 });
    const socket = await rawClient(address);
    await once(socket, 'close');
  });

  it('never becomes a connection when it takes one and says nothing', async () => {
    const silent = createServer(() => undefined);
    await listening(silent);
    const client = await pair.client([addressOf(silent)], { connectMs: 50, waitMs: 200 });
    await expect(client.call(ECHO, {}, ENVELOPE)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

/** A connection with a right certificate, on which anything can be said. */
async function rawClient(address: { readonly host: string; readonly port: number }) {
  const identity = await pair.identity('gateway');
  const socket = connectTls({ ...address, ...secured(identity()), checkServerIdentity: () => undefined });
  opened.push({ close: () => socket.destroy() });
  socket.on('error', () => undefined);
  // The server's hello.
  await once(socket, 'data');
  return socket;
}

const HEADER = 10;

async function frameOn(socket: NodeJS.ReadableStream): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.subarray(HEADER).toString('utf8');
}

const failureOn = frameOn;

async function connectedTo(client: { unwrap<T>(): T }, instances: number): Promise<void> {
  while (client.unwrap<readonly unknown[]>().length < instances) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Stands between two and can hold back what one says, or hang up on both. */
async function cuttingProxy(target: { readonly host: string; readonly port: number }) {
  const sockets = new Set<Socket>();
  const called = gate();
  let held = false;
  const proxy = createServer((client) => {
    const server = connectTcp(target);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    client.on('data', (piece) => {
      server.write(piece);
      if (held) called.open();
    });
    server.on('data', (piece) => {
      if (!held) client.write(piece);
    });
  });
  await listening(proxy);
  return {
    address: addressOf(proxy),
    holdAnswers: () => (held = true),
    sawCalls: () => called.opened,
    cut: () => {
      held = false;
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function listening(server: Server): Promise<void> {
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

const addressOf = (server: Server) => ({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
