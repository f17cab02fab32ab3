import type { RequestUser } from '../storage/request-context.js';

/** What somebody wants to do: to a resource, or to a path of the server that is none. */
export type Access =
  | {
      readonly user: RequestUser;
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      readonly path?: undefined;
    }
  | { readonly user: RequestUser; readonly verb: string; readonly path: string };

/** Who sends a request, and what they may do. Asked for every request, before anything else is looked at. */
export interface AccessControl {
  authenticate(request: { readonly authorization?: string | undefined }): Promise<RequestUser | 'rejected' | undefined>;
  /** @returns why access is refused: what follows `forbidden: ` in the message. */
  authorize(access: Access): Promise<{ readonly allowed: boolean; readonly reason: string }>;
}
