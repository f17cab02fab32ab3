import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Server } from 'node:https';
import { ensureIdentity, openDelegate, publishAddress, type Asked, type Delegate, type Identity } from '#lib/access';
import type { AccessConfiguration, Configuration, ListenAddress } from '#lib/config';
import { DataDirectoryLock } from '#lib/event-store';
import { refuseUnreadable, type ResourceDefinition } from '#lib/kube-api';
import { Metrics, NestLogger, openTracing, Readiness, type Logger } from '#lib/observability';
import { applyRbacManifests, TENANCY_RESOURCES } from '#lib/tenancy';
import { ServingCertificates } from './serving-certificates.js';
import { problemsTo } from './surroundings.js';
import type { Given } from './gateway-modules.js';
import { servicesServer } from './services/services-server.js';

/** Longer than clients keep idle connections, so that it is not us who close one that is about to be used. */
const KEEP_ALIVE_MS = 120_000;
/** While the server stops, connections that have done their work are closed this often. */
const CLOSE_IDLE_EVERY_MS = 50;
/** A request has this long to arrive. */
const RECEIVE_MS = 60_000;

export interface RunningServer {
  readonly identity: Identity;
  /** Looks now for certificates and authorities that were renewed, which otherwise happens within a minute. */
  readonly refreshCertificates: () => Promise<void>;
  /** Finishes what is under way, closes the store, and lets go of the data directory. */
  readonly stop: () => Promise<void>;
}

export interface GatewayOptions {
  readonly moduleOf: (given: Given) => DynamicModule;
  /** Whether other services may call this process. */
  readonly isCalled: boolean;
}

/**
 * Starts a server of the API.
 *
 * @throws DataDirectoryInUseError when another process runs on the data directory.
 */
export async function startGateway(
  configuration: Configuration,
  logger: Logger,
  { moduleOf, isCalled }: GatewayOptions,
): Promise<RunningServer> {
  const { access, dataDir, listen, limits, observability, tls } = configuration;
  const lock = await DataDirectoryLock.acquire(dataDir);
  const metrics = new Metrics();
  const onProblem = problemsTo(logger);
  const tracing = await openTracing(observability.tracing, isCalled ? 'tagline-gateway' : 'tagline', onProblem);
  let delegate: Delegate | undefined;
  let certificates: ServingCertificates | undefined;
  const letGo = async (): Promise<void> => {
    certificates?.close();
    await delegate?.close();
    await tracing.close();
    await lock.release();
  };
  try {
    const { certFile, keyFile, names } = tls;
    const given = certFile !== undefined && keyFile !== undefined ? { tls: { certFile, keyFile } } : {};
    const identity = await ensureIdentity(dataDir, listen, { names, ...given });
    delegate = await openDelegate(access.delegate, {
      onProblem,
      onAsked: countReviews(metrics),
      onAuthorities: () => certificates?.apply(),
    });
    certificates = await ServingCertificates.open({ tls, access, identity, delegate, onProblem });
    const surroundings = { configuration, logger, metrics, tracer: tracing.tracer };
    const adapter = new FastifyAdapter({
      https: certificates.listening,
      bodyLimit: limits.maxRequestBytes,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: RECEIVE_MS,
      forceCloseConnections: 'idle',
      routerOptions: { maxParamLength: 2_048 },
      frameworkErrors: refuseUnreadable,
    });
    const app = await NestFactory.create<NestFastifyApplication>(
      moduleOf({ ...surroundings, identity, delegate }),
      adapter,
      { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
    );
    if (isCalled) app.connectMicroservice({ strategy: servicesServer('gateway', surroundings) });
    await app.init();
    await applyManifests(app, access, logger);
    if (isCalled) await app.startAllMicroservices();
    await app.listen(listen.port, listen.host);
    const serving = certificates;
    serving.follow(app.getHttpServer() as Server);
    const published = await publishAddress(dataDir, identity, addressOf(app, listen));
    app.get(Readiness, { strict: false }).set(true);
    return {
      identity: published,
      refreshCertificates: async () => {
        await delegate?.extension?.refresh();
        await serving.refresh();
      },
      stop: async () => {
        const leaving = closeConnectionsOnceIdle(app);
        await app.close();
        clearInterval(leaving);
        await letGo();
      },
    };
  } catch (error) {
    await letGo();
    throw error;
  }
}

/** Counts what the API server that decides is asked. */
function countReviews(metrics: Metrics): (asked: Asked) => void {
  const questions = metrics.counter(
    'tagline_delegate_questions_total',
    'Questions to the Kubernetes API server that decides, by resource and by whether they were answered.',
    ['resource', 'result'],
  );
  return ({ resource, result }) => questions.inc({ resource, result });
}

/** Before the first request, so that nobody is refused for a role that is about to come. */
async function applyManifests(
  app: NestFastifyApplication,
  { rbacDirectory }: AccessConfiguration,
  logger: Logger,
): Promise<void> {
  if (rbacDirectory === undefined) return;
  const resources = app.get<readonly ResourceDefinition[]>(TENANCY_RESOURCES, { strict: false });
  for (const skipped of await applyRbacManifests(rbacDirectory, resources)) {
    logger.warn(skipped, 'a manifest was not applied: its namespace is not there; the next start tries again');
  }
}

/**
 * Clients keep the connection over which they were answered, and a server is only closed when it has none. Those that
 * are idle when it closes are closed with it; those on which it still answers then are looked after here.
 */
function closeConnectionsOnceIdle(app: NestFastifyApplication): NodeJS.Timeout {
  return setInterval(() => app.getHttpServer().closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
}

/** The address that the server really has: port 0 lets the system choose one. */
function addressOf(app: NestFastifyApplication, { host, port }: ListenAddress): ListenAddress {
  const bound: unknown = app.getHttpServer().address();
  const chosen = typeof bound === 'object' && bound !== null && 'port' in bound ? Number(bound.port) : port;
  return { host, port: chosen };
}
