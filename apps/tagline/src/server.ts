import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { constants } from 'node:crypto';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { clientAuthorities, ensureIdentity, publishAddress, type Identity } from '#lib/access';
import type { AccessConfiguration, Configuration, ListenAddress } from '#lib/config';
import { DataDirectoryLock } from '#lib/event-store';
import { refuseUnreadable, type ResourceDefinition } from '#lib/kube-api';
import { NestLogger, Readiness, type Logger } from '#lib/observability';
import { applyRbacManifests, TENANCY_RESOURCES } from '#lib/tenancy';
import { TaglineModule } from './tagline.module.js';

/** Longer than clients keep idle connections, so that it is not us who close one that is about to be used. */
const KEEP_ALIVE_MS = 120_000;
/** While the server stops, connections that have done their work are closed this often. */
const CLOSE_IDLE_EVERY_MS = 50;
/** A request has this long to arrive. */
const RECEIVE_MS = 60_000;

export interface RunningServer {
  readonly identity: Identity;
  /** Finishes what is under way, closes the store, and lets go of the data directory. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts Tagline as one process.
 *
 * @throws DataDirectoryInUseError when another process runs on the data directory.
 */
export async function startServer(configuration: Configuration, logger: Logger): Promise<RunningServer> {
  const { access, dataDir, listen, limits, tls } = configuration;
  const lock = await DataDirectoryLock.acquire(dataDir);
  try {
    const { certFile, keyFile, names } = tls;
    const given = certFile !== undefined && keyFile !== undefined ? { tls: { certFile, keyFile } } : {};
    const identity = await ensureIdentity(dataDir, listen, { names, ...given });
    const adapter = new FastifyAdapter({
      https: { cert: identity.cert, key: identity.key, minVersion: 'TLSv1.2', ...(await clientCertificates(access)) },
      bodyLimit: limits.maxRequestBytes,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: RECEIVE_MS,
      forceCloseConnections: 'idle',
      routerOptions: { maxParamLength: 2_048 },
      frameworkErrors: refuseUnreadable,
    });
    const app = await NestFactory.create<NestFastifyApplication>(
      TaglineModule.forRoot({ configuration, identity, logger }),
      adapter,
      { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
    );
    await app.init();
    await applyManifests(app, access, logger);
    await app.listen(listen.port, listen.host);
    const published = await publishAddress(dataDir, identity, addressOf(app, listen));
    app.get(Readiness, { strict: false }).set(true);
    return {
      identity: published,
      stop: async () => {
        const leaving = closeConnectionsOnceIdle(app);
        await app.close();
        clearInterval(leaving);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * A certificate is asked for where one can be used, and never wanted: whoever has none may have a token.
 *
 * Sessions are then not resumed: a resumed one knows the certificate of the client, but no longer those between it and
 * the authority, without which nobody can tell that the authority stands behind it.
 */
async function clientCertificates(access: AccessConfiguration): Promise<TlsOptions & SecureContextOptions> {
  const ca = await clientAuthorities(access);
  if (ca.length === 0) return {};
  return { ca, requestCert: true, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_TICKET };
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
