import type { Authorizer } from '#lib/access';
import {
  InvalidNotificationError,
  parseNotification,
  pushesOf,
  type NotifiedPush,
  type Pushes,
  type PushOutcome,
} from '#lib/import';
import {
  ApiError,
  badRequest,
  jsonResponse,
  parseJsonBody,
  type ApiRequest,
  type ApiResponse,
  type RequestContext,
} from '#lib/kube-api';
import { eventContext } from '#lib/image-api';
import type { Logger } from '#lib/observability';
import type { NamespaceGuard } from '#lib/tenancy';

/** Where a CNCF distribution registry posts what was pushed to it. */
export const REGISTRY_WEBHOOK = '/webhooks/registry';

export interface RegistryWebhookOptions {
  readonly pushes: Pushes;
  readonly authorizer: Authorizer;
  readonly assertNamespaceActive: NamespaceGuard;
  readonly logger: Logger;
}

/**
 * Answers a notification of a registry. What cannot be done for good is answered with 200 all the same, and logged: a
 * registry repeats whatever it hears another answer to, for ever.
 */
export async function answerRegistryWebhook(
  request: ApiRequest,
  context: RequestContext,
  { pushes, authorizer, assertNamespaceActive, logger }: RegistryWebhookOptions,
): Promise<ApiResponse> {
  if (request.method !== 'POST') throw new ApiError('MethodNotAllowed', 'registries post their notifications here');
  const notified = pushesOf(read(request));
  const outcomes = await pushes.handle(notified, {
    caller: eventContext(context),
    refusePush: (push) => refusePush(push, context, authorizer, assertNamespaceActive),
    signal: context.signal,
  });
  for (const outcome of outcomes) if (outcome.kind === 'refused') log(outcome, context, logger);
  return jsonResponse(200, {
    accepted: outcomes.filter(({ kind }) => kind === 'moved').length,
    pushes: outcomes.map(said),
  });
}

function read(request: ApiRequest): ReturnType<typeof parseNotification> {
  try {
    return parseNotification(parseJsonBody(request.body?.toString('utf8') ?? ''));
  } catch (error) {
    if (error instanceof InvalidNotificationError) throw badRequest(error.message);
    throw error;
  }
}

/** Whoever notifies needs the right to push to the stream, as a registry in front asks for before it accepts a push. */
async function refusePush(
  { namespace, stream }: NotifiedPush,
  { user }: RequestContext,
  authorizer: Authorizer,
  assertNamespaceActive: NamespaceGuard,
): Promise<string | undefined> {
  const { allowed, reason } = await authorizer.authorize({
    ...{ user, verb: 'update', group: 'image.openshift.io', resource: 'imagestreams', subresource: 'layers' },
    ...{ namespace, name: stream },
  });
  if (!allowed) return reason;
  try {
    await assertNamespaceActive(namespace);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

const said = (outcome: PushOutcome) => ({
  repository: outcome.push.repository,
  tag: outcome.push.tag,
  ...(outcome.kind === 'moved' ? { resourceVersion: `${outcome.version}` } : { refused: outcome.reason }),
});

function log({ push, reason }: PushOutcome & { kind: 'refused' }, { requestId }: RequestContext, logger: Logger): void {
  const { repository, tag, digest } = push;
  logger.warn({ requestId, repository, tag, digest, reason }, 'a push that a registry told of did not move its tag');
}
