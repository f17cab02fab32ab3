import type { ReviewedToken, TokenReviewer } from '#lib/access';
import {
  array,
  as,
  boolean,
  fieldError,
  invalid,
  object,
  objectMeta,
  string,
  typeMeta,
  type KubeObject,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import { answer } from './answer.js';
import { userInfo, userInfoOf } from './user-info.js';

const GROUP = 'authentication.k8s.io';
const KIND = 'TokenReview';

interface TokenReviewSpec {
  readonly token?: string;
  readonly audiences?: readonly string[];
}

const audiences = array('For whom the token is good.', string('One audience.'));

const schema = object('io.k8s.api.authentication.v1.TokenReview', 'Asks whose token it is.', {
  ...typeMeta,
  metadata: as(objectMeta, 'Not used.'),
  spec: as(
    object('io.k8s.api.authentication.v1.TokenReviewSpec', 'The question.', {
      token: string('The token. It is not repeated in the answer.'),
      audiences: array('For whom it should be good, any of them. Empty for this server.', string('One audience.')),
    }),
    'The question.',
    { required: true },
  ),
  status: as(
    object('io.k8s.api.authentication.v1.TokenReviewStatus', 'The answer.', {
      authenticated: boolean('Whether the token is good.'),
      user: as(userInfo, 'Whose token it is.'),
      audiences,
      error: string('What went wrong while the answer was looked for.'),
    }),
    'The answer. Written by the server.',
  ),
});

class TokenReviewStorage implements ResourceStorage {
  constructor(private readonly reviewer: TokenReviewer) {}

  async create(_context: RequestContext, _key: Partial<ObjectKey>, sent: KubeObject): Promise<ObjectView> {
    const { spec = {} } = sent as KubeObject & { readonly spec?: TokenReviewSpec };
    const { token = '', audiences: wanted = [] } = spec;
    if (token === '') throw invalid(GROUP, KIND, '', [fieldError.required('spec.token', 'a token is required')]);
    const found = await this.reviewer.review(token, wanted);
    const review = { kind: KIND, apiVersion: `${GROUP}/v1`, metadata: {} };
    return answer({
      ...review,
      ...{ spec: { ...(wanted.length > 0 && { audiences: wanted }) }, status: statusOf(found) },
    });
  }
}

/** A token that is not good says nothing about why. */
const statusOf = (found: ReviewedToken | undefined): object =>
  found === undefined
    ? { authenticated: false, user: {} }
    : { authenticated: true, user: userInfoOf(found.user), audiences: found.audiences };

/** `tokenreviews`: for those who get tokens, and have to know whose they are. */
export const tokenReviewResource = (reviewer: TokenReviewer): ResourceDefinition => ({
  group: GROUP,
  version: 'v1',
  resource: 'tokenreviews',
  kind: KIND,
  singular: 'tokenreview',
  namespaced: false,
  schema,
  storage: new TokenReviewStorage(reviewer),
});
