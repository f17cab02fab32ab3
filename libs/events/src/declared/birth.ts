import type { UserMetadata } from '../image-stream/values.js';

/** Who something that was declared is, from its creation to its end. */
export interface DeclaredBirth {
  /** Absent for what holds in the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  readonly metadata: UserMetadata;
}
