import { Inject, Injectable, Module, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  AUTHENTICATOR,
  AUTHORIZER,
  GroupIndex,
  inOwnNamespace,
  type Authenticator,
  type Authorizer,
} from '#lib/access';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { historyResources } from '#lib/history';
import {
  ApiServer,
  mountApiServer,
  ResourceRegistry,
  serverPaths,
  type Access,
  type ApiRequest,
  type ResourceDefinition,
  type Served,
} from '#lib/kube-api';
import { HealthController, LOGGER, METRICS, Readiness, type Logger, type Metrics } from '#lib/observability';
import { PUSHES, type Pushes } from '#lib/import';
import { READ_MODEL, type ChangeFeed, type ReadModel } from '#lib/read-model';
import { NAMESPACE_CHANGES, NAMESPACE_GUARD, TENANCY_RESOURCES, type NamespaceGuard } from '#lib/tenancy';
import { TRACER, type Tracer } from '#lib/tracing';
import { answerRegistryWebhook, REGISTRY_WEBHOOK } from './registry-webhook.js';
import { eventStoreStatus } from './event-store-status.js';
import { serviceCallStatus } from './services/service-call-status.js';
import { IMAGE_RESOURCES } from './image-api.module.js';
import { readModelStatus } from './read-model-status.js';
import { IMAGE_CHANGES } from './storage.module.js';
import { tracedRequests } from './traced-requests.js';
import { VERSION } from './version.js';

/** Answers requests; told when the process starts and stops. */
@Injectable()
class Gateway implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(ApiServer) private readonly server: ApiServer,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(IMAGE_CHANGES) private readonly imageChanges: ChangeFeed,
    @Inject(NAMESPACE_CHANGES) private readonly namespaceChanges: ChangeFeed,
  ) {}

  onModuleInit(): void {
    this.measure();
    mountApiServer(this.host.httpAdapter.getInstance(), this.server);
  }

  beforeApplicationShutdown(): void {
    this.readiness.set(false);
    this.server.stop();
  }

  private measure(): void {
    const { metrics, readiness, server } = this;
    metrics.gauge('tagline_ready', 'Whether the process takes requests: 1 or 0.', [], () =>
      readiness.isReady ? 1 : 0,
    );
    metrics.gauge('tagline_watches', 'Watches that are open.', [], () => server.openWatches);
    metrics.gauge(
      'tagline_watch_queue_batches',
      'Batches of changes that the slowest watcher has yet to take.',
      [],
      () => Math.max(this.imageChanges.longestQueue, this.namespaceChanges.longestQueue),
    );
  }
}

/** The REST gateway: resources, discovery and probes on one port. */
@Module({
  controllers: [HealthController],
  providers: [
    Readiness,
    Gateway,
    {
      provide: ApiServer,
      inject: [
        CONFIGURATION,
        EVENT_STORE,
        READ_MODEL,
        AUTHENTICATOR,
        AUTHORIZER,
        GroupIndex,
        TENANCY_RESOURCES,
        IMAGE_RESOURCES,
        PUSHES,
        NAMESPACE_GUARD,
        LOGGER,
        METRICS,
        TRACER,
      ],
      useFactory: apiServer,
    },
  ],
})
export class GatewayModule {}

function apiServer(
  { limits }: Configuration,
  store: EventStore,
  readModel: ReadModel,
  authenticator: Authenticator,
  authorizer: Authorizer,
  groups: GroupIndex,
  tenancy: readonly ResourceDefinition[],
  images: readonly ResourceDefinition[],
  pushes: Pushes,
  assertNamespaceActive: NamespaceGuard,
  logger: Logger,
  metrics: Metrics,
  tracer: Tracer,
): ApiServer {
  // The core group first: a name that several groups have is taken from the first that discovery names.
  const core = tenancy.filter(({ group }) => group === '');
  const others = tenancy.filter(({ group }) => group !== '');
  const definitions = [...core, ...images, ...others, ...historyResources(store, readModel)];
  const paths = serverPaths(definitions, VERSION);
  const webhook = { pushes, authorizer, assertNamespaceActive, logger };
  return new ApiServer({
    resources: new ResourceRegistry(definitions),
    access: {
      authenticate: (request) => authenticator.authenticate(request),
      groupsOf: (user) => groups.groupsOf(user),
      authorize: (access: Access) => authorizer.authorize(inOwnNamespace(access)),
    },
    paths: (request, context) => {
      if (request.path === '/metrics') return rendered(metrics);
      if (request.path === REGISTRY_WEBHOOK) return answerRegistryWebhook(request, context(), webhook);
      return paths(request, context);
    },
    latestVersion: () => store.lastPosition(),
    maxWatches: limits.maxWatchers,
    ...tracedRequests(tracer),
    onServed: (served) => observe(served, logger, metrics),
    explain: (error, request) => eventStoreStatus(error) ?? serviceCallStatus(error) ?? readModelStatus(error, request),
    onError: (error, { requestId, method, path }: ApiRequest) =>
      logger.error({ err: error, requestId, method, path }, 'a request failed in a way that nobody foresaw'),
  });
}

async function rendered(metrics: Metrics) {
  return { code: 200, contentType: metrics.contentType, body: await metrics.render() };
}

function observe({ request, verb, resource, user, code, seconds }: Served, logger: Logger, metrics: Metrics): void {
  metrics.observeRequest({ verb, resource, code }, seconds);
  const level = code >= 500 ? 'warn' : 'debug';
  if (!logger.isLevelEnabled(level)) return;
  const { requestId, method, path } = request;
  logger[level]({ requestId, method, path, user, code, ms: Math.round(seconds * 1e6) / 1e3 }, 'request');
}
