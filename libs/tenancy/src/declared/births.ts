import { Refusal } from '#lib/event-store';
import { kubernetesTime } from '#lib/kube-api';

/** What a command brings along for something new. */
export interface Born {
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly now: Date;
}

/** Who something new is. */
export const bornAs = ({ namespace, name, uid, now }: Born) => ({
  ...(namespace === undefined ? {} : { namespace }),
  name,
  uid,
  creationTimestamp: kubernetesTime(now),
});

export function assertAbsent(state: object | undefined, name: string): void {
  if (state !== undefined) throw new Refusal('already-exists', name, `"${name}" already exists`);
}

/** What is there, and is meant when a UID is given. */
export function existing<T extends { readonly uid: string }>(state: T | undefined, name: string, uid?: string): T {
  if (state === undefined) throw new Refusal('not-found', name, `"${name}" not found`);
  if (uid !== undefined && uid !== state.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${state.uid}`;
    throw new Refusal('conflict', name, why);
  }
  return state;
}
