import { createHash } from 'node:crypto';
import type { DelegateConfiguration } from '#lib/config';
import { qualifiedResource, refusalText, type AccessAttributes } from '../authorize/attributes.js';
import type { Authorizer, Decision, EffectiveRules } from '../authorize/authorizer.js';
import { MASTERS } from '../user.js';
import { AnswerCache } from './answer-cache.js';
import type { KubeClient } from './kube-client.js';

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const MASTERS_MAY: Decision = { allowed: true, reason: `allowed to the group ${JSON.stringify(MASTERS)}` };

export interface DelegatedAuthorizerOptions extends Pick<DelegateConfiguration, 'allowTtl' | 'denyTtl' | 'maxCached'> {
  readonly client: Pick<KubeClient, 'post'>;
  /** Told when it could not be asked: what was wanted is then refused. */
  readonly onUnavailable?: (error: unknown) => void;
}

interface Verdict {
  readonly allowed: boolean;
  readonly reason: string;
}

/**
 * Has a Kubernetes API server decide who may do what. Only the group of administrators is let through without asking:
 * they come with the token of the data directory, or with what that API server itself vouches for.
 */
export class DelegatedAuthorizer implements Authorizer {
  private readonly verdicts: AnswerCache<Verdict>;

  constructor(private readonly options: DelegatedAuthorizerOptions) {
    const { allowTtl, denyTtl, maxCached } = options;
    this.verdicts = new AnswerCache(maxCached, ({ allowed }) => (allowed ? allowTtl : denyTtl));
  }

  async authorize(access: AccessAttributes): Promise<Decision> {
    if (access.user.groups.includes(MASTERS)) return MASTERS_MAY;
    const spec = specOf(access);
    try {
      const { allowed, reason } = await this.verdicts.get(digestOf(spec), () => this.review(spec));
      if (allowed) return { allowed, reason };
      return { allowed, reason: reason === '' ? refusalText(access) : `${refusalText(access)}: ${reason}` };
    } catch (error) {
      this.options.onUnavailable?.(error);
      return { allowed: false, reason: `${refusalText(access)}: the API server that decides cannot be asked` };
    }
  }

  /** An API server tells nobody what others may do. */
  async rulesFor(): Promise<EffectiveRules> {
    return { resourceRules: [], nonResourceRules: [], incomplete: true };
  }

  private async review(spec: object): Promise<Verdict> {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const { status } = await this.options.client.post(PATH, review);
    const { allowed, denied, reason } = (status ?? {}) as Readonly<Record<string, unknown>>;
    return { allowed: allowed === true && denied !== true, reason: typeof reason === 'string' ? reason : '' };
  }
}

/** Names and groups may be long, and many are remembered. */
const digestOf = (spec: object): string => createHash('sha256').update(JSON.stringify(spec)).digest('base64');

function specOf(access: AccessAttributes): object {
  const { name, uid, groups, extra } = access.user;
  const who = { user: name, ...(uid === '' ? {} : { uid }), groups, ...(Object.keys(extra).length > 0 && { extra }) };
  if (access.path !== undefined) {
    return { ...who, nonResourceAttributes: { path: access.path, verb: access.verb } };
  }
  const [resource = '', ...rest] = qualifiedResource(access).split('/');
  return {
    ...who,
    resourceAttributes: {
      ...{ group: access.group, version: '*', resource, verb: access.verb },
      ...(rest.length === 0 ? {} : { subresource: rest.join('/') }),
      ...(access.namespace ? { namespace: access.namespace } : {}),
      ...(access.name ? { name: access.name } : {}),
    },
  };
}
