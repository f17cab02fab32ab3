import type { ServiceAccountContent, UserMetadata } from '#lib/events';

export type ServiceAccountCommand =
  | {
      readonly type: 'CreateServiceAccount';
      readonly namespace: string;
      readonly name: string;
      readonly uid: string;
      readonly now: Date;
      readonly metadata: UserMetadata;
      readonly content: ServiceAccountContent;
    }
  /** Makes metadata and content what they are here. */
  | {
      readonly type: 'ChangeServiceAccount';
      readonly name: string;
      readonly metadata: UserMetadata;
      readonly content: ServiceAccountContent;
    }
  | { readonly type: 'DeleteServiceAccount'; readonly name: string; readonly uid: string };
