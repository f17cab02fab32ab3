import type { LimitRangeItem, Position, QuotaSpec, Quantities, ResourceQuotaState } from '#lib/events';
import { countQuantity, dns1123Subdomain, type FieldError, type KubeObject } from '#lib/kube-api';
import type { DeclaredDocument, DeclaredFollower, LimitKind, ReadModel } from '#lib/read-model';
import type { DeclaredCommand } from '../declared/declared-decider.js';
import type { DeclaredFamily } from '../declared/declared-family.js';
import { declaredMetadata } from '../declared/declared-metadata.js';
import type { DeclaredPlace } from '../declared/declared-service.js';
import { userMetadata } from '../declared/user-metadata.js';
import type { WritableResource } from '../object-writes.js';
import { STREAM_COUNTS } from './limit-names.js';
import type { LimitRangeObject, ResourceQuotaObject } from './limit-objects.js';
import { limitRangeFaults, resourceQuotaFaults, resourceQuotaUpdateFaults } from './limit-validation.js';

/** What limits hold by. */
export interface LimitsInForce {
  readonly follower: Pick<DeclaredFollower<LimitKind>, 'waitFor'>;
}

type Birth = { readonly uid: string; readonly now: Date };

const core = (resource: string, kind: string): WritableResource => ({
  ...{ group: '', resource, kind },
  namespaced: true,
  nameRule: dns1123Subdomain,
});

/** `limitranges`. */
export class LimitRangeFamily implements DeclaredFamily<'limitRange'> {
  readonly kind = 'limitRange';
  readonly resource = core('limitranges', 'LimitRange');

  constructor(private readonly limits: LimitsInForce) {}

  complete(sent: KubeObject): LimitRangeObject {
    return { ...sent, spec: { limits: limitsOf(sent) } };
  }

  faults(object: KubeObject): readonly FieldError[] {
    return limitRangeFaults(object);
  }

  updateFaults(object: KubeObject): readonly FieldError[] {
    return this.faults(object);
  }

  creation({ namespace, name }: DeclaredPlace, birth: Birth, object: KubeObject): DeclaredCommand {
    const content = { metadata: userMetadata(object.metadata), limits: limitsOf(object) };
    return { type: 'CreateLimitRange', ...(namespace === undefined ? {} : { namespace }), name, ...birth, ...content };
  }

  change({ name }: DeclaredPlace, object: KubeObject): DeclaredCommand {
    return { type: 'ChangeLimitRange', name, metadata: userMetadata(object.metadata), limits: limitsOf(object) };
  }

  deletion({ name }: DeclaredPlace, uid: string): DeclaredCommand {
    return { type: 'DeleteLimitRange', name, uid };
  }

  shown({ object, version }: DeclaredDocument<'limitRange'>): LimitRangeObject {
    const metadata = declaredMetadata(object, version);
    return { kind: 'LimitRange', apiVersion: 'v1', metadata, spec: { limits: object.limits } };
  }

  inForce(position: Position): Promise<void> {
    return this.limits.follower.waitFor(position);
  }
}

/** `resourcequotas`. What is used is counted when somebody looks. */
export class ResourceQuotaFamily implements DeclaredFamily<'resourceQuota'> {
  readonly kind = 'resourceQuota';
  readonly resource = core('resourcequotas', 'ResourceQuota');

  constructor(
    private readonly limits: LimitsInForce,
    private readonly readModel: Pick<ReadModel, 'streamCount'>,
  ) {}

  complete(sent: KubeObject): ResourceQuotaObject {
    const { status: _status, ...object } = sent as ResourceQuotaObject;
    return { ...object, spec: quotaOf(sent) };
  }

  faults(object: KubeObject): readonly FieldError[] {
    return resourceQuotaFaults(object);
  }

  updateFaults(object: KubeObject, before: KubeObject): readonly FieldError[] {
    return resourceQuotaUpdateFaults(object, before);
  }

  creation({ namespace, name }: DeclaredPlace, birth: Birth, object: KubeObject): DeclaredCommand {
    const content = { metadata: userMetadata(object.metadata), spec: quotaOf(object) };
    return {
      type: 'CreateResourceQuota',
      ...(namespace === undefined ? {} : { namespace }),
      name,
      ...birth,
      ...content,
    };
  }

  change({ name }: DeclaredPlace, object: KubeObject): DeclaredCommand {
    return { type: 'ChangeResourceQuota', name, metadata: userMetadata(object.metadata), spec: quotaOf(object) };
  }

  deletion({ name }: DeclaredPlace, uid: string): DeclaredCommand {
    return { type: 'DeleteResourceQuota', name, uid };
  }

  async shown({ object, version }: DeclaredDocument<'resourceQuota'>): Promise<ResourceQuotaObject> {
    const { spec } = object;
    return {
      kind: 'ResourceQuota',
      apiVersion: 'v1',
      metadata: declaredMetadata(object, version),
      spec,
      status: { hard: spec.hard, used: await this.usedOf(object) },
    };
  }

  inForce(position: Position): Promise<void> {
    return this.limits.follower.waitFor(position);
  }

  /** Of what is not counted here nothing is said, rather than that there is none. */
  private async usedOf({ namespace = '', spec }: ResourceQuotaState): Promise<Quantities> {
    const counted = STREAM_COUNTS.filter((resource) => spec.hard[resource] !== undefined);
    if (counted.length === 0) return {};
    const { text } = countQuantity(await this.readModel.streamCount(namespace));
    return Object.fromEntries(counted.map((resource) => [resource, text]));
  }
}

const limitsOf = (object: KubeObject): readonly LimitRangeItem[] => (object as LimitRangeObject).spec?.limits ?? [];

function quotaOf(object: KubeObject): QuotaSpec {
  const { hard = {}, scopes, scopeSelector } = (object as ResourceQuotaObject).spec ?? {};
  return {
    hard,
    ...(scopes === undefined ? {} : { scopes }),
    ...(scopeSelector === undefined ? {} : { scopeSelector }),
  };
}
