import { ApiError } from '../status.js';
import type { RequestContext } from './request-context.js';
import {
  listOf,
  type DeleteOptions,
  type ListResult,
  type ObjectView,
  type ResourceStorage,
  type Scope,
} from './resource.js';

type Deletable = Required<Pick<ResourceStorage, 'list' | 'delete'>>;

/** Deletes every object that a list gives, one after the other. What is gone by then counts as deleted. */
export async function deleteEach(
  storage: Deletable,
  context: RequestContext,
  scope: Scope,
  { dryRun }: DeleteOptions,
): Promise<ListResult> {
  const { items, resourceVersion } = await storage.list(context, scope);
  const deleted: ObjectView[] = [];
  for await (const views of items) {
    for (const view of views) {
      const key = { name: view.name, ...(view.namespace === undefined ? {} : { namespace: view.namespace }) };
      try {
        await storage.delete(context, key, { dryRun });
        deleted.push(view);
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
      }
    }
  }
  return listOf(resourceVersion, deleted);
}
