import type { DelegatedNamespaces } from '#lib/access';
import { ApiError } from '#lib/kube-api';
import type { ReadModel } from '#lib/read-model';
import { assertNamespaceActive, assertPhaseActive } from './assert-namespace-active.js';

/**
 * Lets nothing be created in a namespace that is not there or that is being emptied.
 *
 * @throws ApiError 404 or 403.
 */
export type NamespaceGuard = (namespace: string) => Promise<void>;

/** Nest token of the {@link NamespaceGuard}. */
export const NAMESPACE_GUARD = Symbol('NamespaceGuard');

/** For the namespaces that Tagline has itself. */
export const ownNamespaces =
  (readModel: Pick<ReadModel, 'namespace'>): NamespaceGuard =>
  (namespace) =>
    assertNamespaceActive(readModel, namespace);

/** For those of a Kubernetes API server. */
export const delegatedNamespaces =
  (namespaces: Pick<DelegatedNamespaces, 'phaseOf'>, onUnavailable: (error: unknown) => void): NamespaceGuard =>
  async (namespace) => {
    const phase = await namespaces.phaseOf(namespace).catch((error: unknown) => {
      onUnavailable(error);
      const why = `the API server does not say whether there is a namespace ${JSON.stringify(namespace)}`;
      throw new ApiError('ServiceUnavailable', why, { retryAfterSeconds: 1 });
    });
    assertPhaseActive(phase, namespace);
  };
