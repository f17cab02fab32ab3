import type { DeclaredDocument, DeclaredIndex } from '#lib/read-model';
import type { Memberships } from './memberships.js';

const NO_GROUPS: readonly string[] = [];

/** Which groups name whom, in memory and by user: it is asked with every request. */
export class GroupIndex implements DeclaredIndex<'group'>, Memberships {
  private readonly documents = new Map<string, DeclaredDocument<'group'>>();
  private readonly byUser = new Map<string, readonly string[]>();

  get(_kind: 'group', _namespace: string | undefined, name: string): DeclaredDocument<'group'> | undefined {
    return this.documents.get(name);
  }

  put(document: DeclaredDocument<'group'>): void {
    const { name, users } = document.object;
    this.move(name, this.usersOf(name), new Set(users));
    this.documents.set(name, document);
  }

  delete(_kind: 'group', _namespace: string | undefined, name: string): void {
    this.move(name, this.usersOf(name), new Set());
    this.documents.delete(name);
  }

  /** In the order of their names. */
  groupsOf(user: string): readonly string[] {
    return this.byUser.get(user) ?? NO_GROUPS;
  }

  private usersOf(name: string): ReadonlySet<string> {
    return new Set(this.documents.get(name)?.object.users);
  }

  /** Touches only those who come and go: a group may be large. */
  private move(group: string, before: ReadonlySet<string>, after: ReadonlySet<string>): void {
    for (const user of before) {
      if (after.has(user)) continue;
      const left = this.groupsOf(user).filter((name) => name !== group);
      if (left.length === 0) this.byUser.delete(user);
      else this.byUser.set(user, left);
    }
    for (const user of after) {
      if (!before.has(user)) this.byUser.set(user, [...this.groupsOf(user), group].sort());
    }
  }
}
