import {
  Server,
  ServerCredentials,
  type Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import type { TestCertificate } from '../test-certificate.js';
import { answer, answerBatches, appendOf, expectedOf, perform, type Append } from './append-calls.js';
import { Connections } from './connections.js';
import { DatabaseFaultPlan, type DatabaseCall, type DatabaseFault } from './database-faults.js';
import { DatabaseLog, type AppendOutcome, type DatabaseLogOptions } from './database-log.js';
import * as failure from './grpc-failure.js';
import { nameOf, protocol } from './protocol.js';
import { Reader } from './reader.js';
import { readRequest } from './read-request.js';

const { features, featuresGrpc, gossip, gossipGrpc, shared, streams, streamsGrpc } = protocol;
type Req<Name extends 'ReadReq' | 'AppendReq' | 'BatchAppendReq' | 'DeleteReq' | 'TombstoneReq'> = InstanceType<
  (typeof streams)[Name]
>;
type Resp<Name extends 'ReadResp' | 'AppendResp' | 'BatchAppendResp' | 'DeleteResp' | 'TombstoneResp'> = InstanceType<
  (typeof streams)[Name]
>;

export interface EventStoreDbDoubleOptions extends DatabaseLogOptions {
  /** For clients; default one that is free. */
  readonly port?: number;
  /** What the node says that it can do: appends in batches, only single ones, or nothing, as old servers. */
  readonly features?: 'batches' | 'single' | 'unimplemented';
  readonly positionsInStreams?: boolean;
  readonly maxAppendBytes?: number;
  readonly tls?: TestCertificate;
  /** Who may call. Default everybody. */
  readonly user?: { readonly name: string; readonly password: string };
}

const MAX_APPEND_BYTES = 1024 * 1024;
const VERSION = '23.10.0.0';

/**
 * A stand-in for one node of EventStoreDB on 127.0.0.1, for tests where the real one cannot be had.
 *
 * It speaks the protocol that the database's own client brings along, keeps positions as the database does (in bytes, so
 * with gaps, and with the database's own events in between), and breaks when it is told to.
 */
export class EventStoreDbDouble {
  readonly log: DatabaseLog;
  private readonly faults = new DatabaseFaultPlan();
  private readonly reader: Reader;
  private readonly server = new Server();
  private readonly id = randomUUID();
  private readonly subscriptions = new Set<AbortController>();
  private connections: Connections | undefined;
  private shownPort = 0;
  /** Calls that were answered or refused, by name. */
  readonly seen: string[] = [];

  private constructor(private readonly options: EventStoreDbDoubleOptions) {
    this.log = new DatabaseLog(options);
    this.reader = new Reader(this.log, options.positionsInStreams ?? true);
  }

  static async start(options: EventStoreDbDoubleOptions = {}): Promise<EventStoreDbDouble> {
    const double = new EventStoreDbDouble(options);
    await double.listen();
    return double;
  }

  get port(): number {
    return this.shownPort;
  }

  /** For `esdb://` clients. */
  get connectionString(): string {
    const { user, tls } = this.options;
    const who = user === undefined ? '' : `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`;
    return `esdb://${who}127.0.0.1:${this.port}?tls=${tls === undefined ? 'false' : 'true'}`;
  }

  /** Makes the next calls of a kind go wrong. */
  fail(call: DatabaseCall, fault: DatabaseFault, times = 1): void {
    this.faults.add(call, fault, times);
  }

  /** The node ends every subscription, as when it stops or cannot keep up. */
  dropSubscriptions(): void {
    for (const subscription of this.subscriptions) subscription.abort();
  }

  tearConnections(): void {
    this.connections?.tear();
  }

  stallConnections(): void {
    this.connections?.stall();
  }

  resumeConnections(): void {
    this.connections?.resume();
  }

  /** The node cannot be reached, */
  async goDown(): Promise<void> {
    await this.connections?.close();
  }

  /** until it can again, at the same address. */
  async comeUp(): Promise<void> {
    await this.connections?.listen(this.shownPort);
  }

  async stop(): Promise<void> {
    this.dropSubscriptions();
    await this.connections?.close();
    this.server.forceShutdown();
    this.log.close();
  }

  private async listen(): Promise<void> {
    this.server.addService(streamsGrpc.StreamsService, {
      read: (call: ServerWritableStream<Req<'ReadReq'>, Resp<'ReadResp'>>) => void this.read(call),
      append: (
        call: ServerReadableStream<Req<'AppendReq'>, Resp<'AppendResp'>>,
        respond: sendUnaryData<Resp<'AppendResp'>>,
      ) => void this.append(call, respond),
      batchAppend: (call: ServerDuplexStream<Req<'BatchAppendReq'>, Resp<'BatchAppendResp'>>) => this.batchAppend(call),
      delete: (
        call: ServerUnaryCall<Req<'DeleteReq'>, Resp<'DeleteResp'>>,
        respond: sendUnaryData<Resp<'DeleteResp'>>,
      ) =>
        this.delete(
          call,
          'softly',
          () => respond(null, new streams.DeleteResp().setNoPosition(new shared.Empty())),
          respond,
        ),
      tombstone: (
        call: ServerUnaryCall<Req<'TombstoneReq'>, Resp<'TombstoneResp'>>,
        respond: sendUnaryData<Resp<'TombstoneResp'>>,
      ) =>
        this.delete(
          call,
          'for-ever',
          () => respond(null, new streams.TombstoneResp().setNoPosition(new shared.Empty())),
          respond,
        ),
    });
    this.server.addService(gossipGrpc.GossipService, {
      read: (_: unknown, respond: sendUnaryData<InstanceType<typeof gossip.ClusterInfo>>) =>
        respond(null, this.members()),
    });
    if (this.options.features !== 'unimplemented') {
      this.server.addService(featuresGrpc.ServerFeaturesService, {
        getSupportedMethods: (_: unknown, respond: sendUnaryData<InstanceType<typeof features.SupportedMethods>>) =>
          respond(null, this.supported()),
      });
    }
    const real = await new Promise<number>((resolve, reject) =>
      this.server.bindAsync('127.0.0.1:0', credentialsOf(this.options.tls), (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    );
    this.connections = new Connections(real);
    this.shownPort = await this.connections.listen(this.options.port);
  }

  private async read(call: ServerWritableStream<Req<'ReadReq'>, Resp<'ReadResp'>>): Promise<void> {
    const ending = new AbortController();
    call.on('cancelled', () => ending.abort());
    call.on('error', () => ending.abort());
    const options = call.request.getOptions();
    const subscribes = options?.hasSubscription() ?? false;
    try {
      this.admit(call.metadata, subscribes ? 'subscribe' : 'read');
      if (options === undefined) throw failure.invalidArgument('options are missing');
      if (subscribes) this.subscriptions.add(ending);
      for await (const message of this.reader.answer(readRequest(options), ending.signal)) {
        if (ending.signal.aborted) break;
        if (!call.write(message)) await drained(call, ending.signal);
      }
      call.end();
    } catch (error) {
      // Not destroyed: then the client would not be told why.
      call.emit('error', error);
    } finally {
      this.subscriptions.delete(ending);
    }
  }

  private async append(
    call: ServerReadableStream<Req<'AppendReq'>, Resp<'AppendResp'>>,
    respond: sendUnaryData<Resp<'AppendResp'>>,
  ): Promise<void> {
    try {
      const append = await appendOf(call);
      answer(await this.performed(append, call.metadata), append.expected, respond);
    } catch (error) {
      respond(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private batchAppend(call: ServerDuplexStream<Req<'BatchAppendReq'>, Resp<'BatchAppendResp'>>): void {
    answerBatches(call, (append) => this.performed(append, call.metadata), this.maxAppendBytes);
  }

  private async performed(append: Append, metadata: Metadata): Promise<AppendOutcome> {
    const fault = this.admit(metadata, 'append');
    if (fault?.kind === 'held') {
      void fault.until.then(() => perform(this.log, append, this.maxAppendBytes));
      throw failure.broken();
    }
    const outcome = perform(this.log, append, this.maxAppendBytes);
    await this.log.flushed();
    if (fault?.kind === 'timeout') throw failure.timedOut();
    if (fault?.kind === 'answer-lost') {
      this.connections?.tear();
      throw failure.broken();
    }
    return outcome;
  }

  private delete(
    call: ServerUnaryCall<Req<'DeleteReq'> | Req<'TombstoneReq'>, unknown>,
    how: 'softly' | 'for-ever',
    done: () => void,
    refuse: (error: Error) => void,
  ): void {
    try {
      this.admit(call.metadata, 'append');
      const options = call.request.getOptions();
      if (options === undefined) throw failure.invalidArgument('options are missing');
      const stream = nameOf(options.getStreamIdentifier());
      if (!this.log.delete(stream, expectedOf(options, options.getRevision()), how)) {
        throw failure.wrongExpectedVersion(stream);
      }
      done();
    } catch (error) {
      refuse(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** @throws for whoever may not call, and for what the test has planned. @returns a fault that strikes later. */
  private admit(metadata: Metadata, call: DatabaseCall): DatabaseFault | undefined {
    this.seen.push(call);
    const { user } = this.options;
    const wanted = user && `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
    if (wanted !== undefined && metadata.get('authorization')[0] !== wanted) throw failure.accessDenied();
    const fault = this.faults.strikes(call);
    switch (fault?.kind) {
      case 'unavailable':
        throw failure.notReady();
      case 'not-leader':
        throw failure.notLeader(fault.host, fault.port);
      case 'access-denied':
        throw failure.accessDenied();
      default:
        return fault;
    }
  }

  private get maxAppendBytes(): number {
    return this.options.maxAppendBytes ?? MAX_APPEND_BYTES;
  }

  private members(): InstanceType<typeof gossip.ClusterInfo> {
    const member = new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString(this.id))
      .setTimeStamp('0')
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(this.port));
    return new gossip.ClusterInfo().setMembersList([member]);
  }

  private supported(): InstanceType<typeof features.SupportedMethods> {
    const methods = [
      'append',
      'read',
      'delete',
      'tombstone',
      ...(this.options.features === 'single' ? [] : ['batchappend']),
    ];
    return new features.SupportedMethods()
      .setEventStoreServerVersion(VERSION)
      .setMethodsList(
        methods.map((method) =>
          new features.SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(method),
        ),
      );
  }
}

const credentialsOf = (tls: TestCertificate | undefined): ServerCredentials =>
  tls === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }]);

function drained(call: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
