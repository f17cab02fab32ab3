import { Refusal, TooMuchContentionError } from '#lib/event-store';
import {
  alreadyExists,
  ApiError,
  badRequest,
  conflict,
  fieldError,
  forbidden,
  invalid,
  notFound,
  type GroupResource,
} from '#lib/kube-api';

/** How the errors of a resource name it. */
export interface ResourceNames extends GroupResource {
  readonly kind: string;
}

/** Runs a command; what the domain refuses becomes the Status that a client expects. */
export async function asStatus<T>(resource: ResourceNames, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TooMuchContentionError) {
      throw new ApiError('TooManyRequests', 'the namespace is being changed too often, try again', {
        retryAfterSeconds: 1,
      });
    }
    throw error instanceof Refusal ? statusOf(error, resource) : error;
  }
}

function statusOf({ code, subject, message, problems }: Refusal, resource: ResourceNames): ApiError {
  switch (code) {
    case 'not-found':
      return notFound(resource, subject);
    case 'already-exists':
      return alreadyExists(resource, subject);
    case 'conflict':
      return conflict(resource, subject, message);
    case 'bad-request':
      return badRequest(message);
    case 'forbidden':
      return forbidden(resource, subject, message);
    case 'invalid':
      return invalid(
        resource.group,
        resource.kind,
        subject,
        problems.map(({ field, value, detail }) => fieldError.invalid(field, value, detail)),
      );
  }
}
