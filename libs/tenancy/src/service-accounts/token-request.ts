import type { IssuedToken, TokenIssuer } from '#lib/access';
import {
  array,
  as,
  fieldError,
  int64,
  invalid,
  kubernetesTime,
  notFound,
  object,
  objectMeta,
  string,
  typeMeta,
  type FieldError,
  type KubeObject,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type SubresourceDefinition,
  type WriteOptions,
} from '#lib/kube-api';
import type { DeclaredService } from '../declared/declared-service.js';
import { answer } from '../reviews/answer.js';
import { SERVICE_ACCOUNTS } from './service-account-family.js';

export interface TokenRequestDeps {
  readonly service: Pick<DeclaredService, 'load'>;
  readonly issuer: Pick<TokenIssuer, 'issue'>;
  /** Milliseconds. */
  readonly maxTokenLifetime: number;
  /** Told of every token, but not the token. */
  readonly onIssued?: (issued: Issuance) => void;
}

export interface Issuance {
  readonly namespace: string;
  readonly name: string;
  /** As the bearer's user has it among its extras. */
  readonly tokenId: string;
  readonly expires: Date;
  /** User who asked for it. */
  readonly by: string;
}

const GROUP = 'authentication.k8s.io';
const KIND = 'TokenRequest';
const HOUR = 60 * 60;
const SHORTEST = 10 * 60;
const LONGEST = 2 ** 32;
const MAX_AUDIENCES = 20;

interface TokenRequestSpec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: object;
}

const component = (name: string): string => `io.k8s.api.authentication.v1.${name}`;

const schema = object(component(KIND), 'Asks for a token of a service account.', {
  ...typeMeta,
  metadata: as(objectMeta, 'Not used.'),
  spec: as(
    object(component('TokenRequestSpec'), 'The token that is wanted.', {
      audiences: array('For whom the token is to be good. Empty for this server.', string('One audience.')),
      expirationSeconds: int64(
        'For how many seconds the token is to be good, at least 600. The answer says for how long it is.',
        { default: HOUR },
      ),
      boundObjectRef: as(
        object(component('BoundObjectReference'), 'An object that the token would end with.', {
          kind: string('Kind of the object.'),
          apiVersion: string('API version of the object.'),
          name: string('Name of the object.'),
          uid: string('UID of the object.'),
        }),
        'Not supported: a token ends with its service account and with its time.',
      ),
    }),
    'What is wanted.',
    { required: true },
  ),
  status: as(
    object(component('TokenRequestStatus'), 'The token that was made.', {
      token: string('The token. It is shown this once and kept nowhere.', { required: true }),
      expirationTimestamp: string('Until when it is good.', { format: 'date-time', required: true }),
    }),
    'The answer. Written by the server.',
  ),
});

/** `serviceaccounts/token`: whoever may create one can act as the service account. */
export const tokenSubresource = (deps: TokenRequestDeps): SubresourceDefinition => ({
  name: 'token',
  group: GROUP,
  version: 'v1',
  kind: KIND,
  schema,
  storage: {
    create: (context: RequestContext, key: Partial<ObjectKey>, sent: KubeObject, options: WriteOptions) =>
      create(deps, context, key, sent, options),
  },
});

async function create(
  { service, issuer, maxTokenLifetime, onIssued }: TokenRequestDeps,
  { user }: RequestContext,
  { namespace = '', name = '' }: Partial<ObjectKey>,
  sent: KubeObject,
  { dryRun }: WriteOptions,
): Promise<ObjectView> {
  const { spec = {} } = sent as KubeObject & { readonly spec?: TokenRequestSpec };
  const { state } = await service.load({ kind: 'serviceAccount', namespace, name });
  if (state === undefined) throw notFound(SERVICE_ACCOUNTS, name);
  const faults = faultsOf(spec);
  if (faults.length > 0) throw invalid(GROUP, KIND, name, faults);
  const { audiences = [], expirationSeconds = HOUR } = spec;
  const seconds = Math.min(expirationSeconds, Math.floor(maxTokenLifetime / 1_000));
  const issued = await issuer.issue({ account: { namespace, name, uid: state.uid }, audiences, seconds });
  const { tokenId, expires } = issued;
  if (!dryRun) onIssued?.({ namespace, name, tokenId, expires, by: user.name });
  return answered(name, namespace, seconds, dryRun ? { ...issued, token: '' } : issued);
}

function faultsOf({ audiences = [], expirationSeconds = HOUR, boundObjectRef }: TokenRequestSpec): FieldError[] {
  const seconds = 'spec.expirationSeconds';
  return [
    ...(expirationSeconds < SHORTEST
      ? [fieldError.invalid(seconds, expirationSeconds, 'may not specify a duration less than 10 minutes')]
      : []),
    ...(expirationSeconds > LONGEST
      ? [fieldError.invalid(seconds, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')]
      : []),
    ...(audiences.length > MAX_AUDIENCES
      ? [fieldError.forbidden('spec.audiences', `may not be more than ${MAX_AUDIENCES}`)]
      : []),
    ...(boundObjectRef === undefined ? [] : [fieldError.forbidden('spec.boundObjectRef', 'is not supported')]),
  ];
}

const answered = (
  name: string,
  namespace: string,
  expirationSeconds: number,
  { token, expires, audiences }: IssuedToken,
): ObjectView =>
  answer({
    kind: KIND,
    apiVersion: `${GROUP}/v1`,
    metadata: { name, namespace, creationTimestamp: null },
    ...{ spec: { audiences, expirationSeconds, boundObjectRef: null } },
    ...{ status: { token, expirationTimestamp: kubernetesTime(expires) } },
  });
