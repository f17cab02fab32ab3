import { LRUCache } from 'lru-cache';
import { allowing } from '../authorize/policy-rule.js';
import type { User } from '../user.js';
import { subjectKey, userKeys, type RbacIndex } from './rbac-index.js';

const REMEMBERED = 1_000;

/**
 * Who could see a namespace as a project before it began to go.
 *
 * The bindings of a namespace go with it, so by the time that watchers are told of its end nobody is left who may see
 * it; whoever saw it before must be told all the same.
 */
export class FormerNamespaces {
  private readonly members = new LRUCache<string, ReadonlySet<string>>({ max: REMEMBERED });

  /** Remembers who sees a namespace now. */
  remember(namespace: string, index: RbacIndex): void {
    const nobody: User = { name: '', uid: '', groups: [], extra: {} };
    const project = { group: 'project.openshift.io', resource: 'projects', namespace, name: namespace };
    const opens = allowing({ user: nobody, verb: 'get', ...project });
    const members = new Set<string>();
    for (const { roleRef, subject } of index.grantsIn(namespace)) {
      if (index.rulesOf(roleRef, namespace).some(opens)) members.add(subjectKey(subject, namespace));
    }
    this.members.set(namespace, members);
  }

  /** There is a new one of that name. */
  forget(namespace: string): void {
    this.members.delete(namespace);
  }

  wasVisibleTo(user: User, namespace: string): boolean {
    const members = this.members.get(namespace);
    return members !== undefined && userKeys(user).some((key) => members.has(key));
  }
}
