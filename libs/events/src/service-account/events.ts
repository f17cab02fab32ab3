import type { DomainEvent } from '../event.js';
import type { UserMetadata } from '../image-stream/values.js';

/** What a service account says beyond who it is. Kept for those who read it; Tagline acts on none of it. */
export interface ServiceAccountContent {
  readonly secrets?: readonly object[];
  readonly imagePullSecrets?: readonly object[];
  readonly automountServiceAccountToken?: boolean;
}

/** From now on tokens may be issued in its name. */
export type ServiceAccountCreated = DomainEvent<
  'ServiceAccountCreated',
  {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly metadata: UserMetadata;
    readonly content: ServiceAccountContent;
  }
>;
export type ServiceAccountMetadataChanged = DomainEvent<'ServiceAccountMetadataChanged', UserMetadata>;
export type ServiceAccountContentChanged = DomainEvent<'ServiceAccountContentChanged', ServiceAccountContent>;
/** From now on no token that was issued in its name is good. */
export type ServiceAccountDeleted = DomainEvent<'ServiceAccountDeleted', { readonly uid: string }>;

export type ServiceAccountEvent =
  ServiceAccountCreated | ServiceAccountMetadataChanged | ServiceAccountContentChanged | ServiceAccountDeleted;
