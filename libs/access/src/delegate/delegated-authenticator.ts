import type { DelegateConfiguration } from '#lib/config';
import { bearerToken } from '../authenticate/authenticator.js';
import type { Authentication, Authenticator, Credentials } from '../authenticate/authenticator.js';
import { tokenDigest } from '../authenticate/token-file.js';
import { authenticatedUser, type User } from '../user.js';
import { AnswerCache } from './answer-cache.js';
import type { KubeClient, KubeObjectJson } from './kube-client.js';

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews';
const MAX_TOKEN_LENGTH = 16_384;

export interface DelegatedAuthenticatorOptions extends Pick<DelegateConfiguration, 'tokenTtl' | 'maxCached'> {
  readonly client: Pick<KubeClient, 'post'>;
  /** Told when it could not be asked: the token is then refused. */
  readonly onUnavailable?: (error: unknown) => void;
}

/** Knows users by asking a Kubernetes API server whose their tokens are. Of a token, only its digest is kept. */
export class DelegatedAuthenticator implements Authenticator {
  private readonly answers: AnswerCache<User | 'rejected'>;

  constructor(private readonly options: DelegatedAuthenticatorOptions) {
    const { tokenTtl, maxCached } = options;
    this.answers = new AnswerCache(maxCached, () => tokenTtl);
  }

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const token = bearerToken(credentials);
    if (token === undefined || token.length > MAX_TOKEN_LENGTH) return undefined;
    try {
      return await this.answers.get(tokenDigest(token), () => this.review(token));
    } catch (error) {
      this.options.onUnavailable?.(error);
      return 'rejected';
    }
  }

  private async review(token: string): Promise<User | 'rejected'> {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const { status } = await this.options.client.post(PATH, review);
    const { authenticated, user } = (status ?? {}) as { readonly authenticated?: unknown; readonly user?: unknown };
    return (authenticated === true ? userIn(user) : undefined) ?? 'rejected';
  }
}

/** @returns nothing where the answer names nobody. */
function userIn(user: unknown): User | undefined {
  if (typeof user !== 'object' || user === null) return undefined;
  const { username, uid, groups, extra } = user as KubeObjectJson;
  if (typeof username !== 'string' || username === '') return undefined;
  return authenticatedUser({
    name: username,
    uid: typeof uid === 'string' ? uid : '',
    groups: textsIn(groups),
    extra: Object.fromEntries(Object.entries(extra ?? {}).map(([key, values]) => [key, textsIn(values)])),
  });
}

const textsIn = (values: unknown): readonly string[] =>
  Array.isArray(values) ? values.filter((value): value is string => typeof value === 'string') : [];
