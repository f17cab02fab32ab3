import { Refusal, StaleVersionError, TooMuchContentionError, type FieldProblem } from '#lib/event-store';
import {
  alreadyExists,
  ApiError,
  badRequest,
  conflict,
  fieldError,
  forbidden,
  invalid,
  notFound,
  type FieldError,
  type GroupResource,
} from '#lib/kube-api';
import { InvalidReferenceRefusal, LimitExceededRefusal, problemsAt, UnresolvedTagsRefusal } from '#lib/stream';

export const GROUP = 'image.openshift.io';

/** How the errors of one resource name things. Clients parse them, so they are those of the original. */
export interface ErrorNames {
  /** Lower-case plural, in NotFound and Conflict: the resource of the request, whatever was looked up for it. */
  readonly resource: string;
  /** Resource in AlreadyExists, where it differs. */
  readonly existsAs?: string;
  /** Kind in Invalid. */
  readonly kind: string;
  /** Name of the object of the request. */
  readonly name: string;
  /** Name under which the request asks, where it is not that of the stream. */
  readonly requested?: string;
  /** What a single tag is sent as, and where in that its reference stands. */
  readonly sentAs?: { readonly kind: string; readonly path: string };
  /** Pass a lost race on, to somebody who tries again. */
  readonly leaveStale?: boolean;
}

export const inGroup = (resource: string): GroupResource => ({ group: GROUP, resource });

/** Runs a command; what the domain refuses becomes the Status that a client expects. The one place for that. */
export async function asStatus<T>(names: ErrorNames, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw statusOf(error, names);
  }
}

function statusOf(error: unknown, names: ErrorNames): unknown {
  if (error instanceof StaleVersionError)
    return names.leaveStale ? error : conflict(inGroup(names.resource), names.name);
  if (error instanceof TooMuchContentionError) return tooMuchContention(names.resource);
  if (!(error instanceof Refusal)) return error;
  switch (error.code) {
    case 'not-found':
      return notFound(inGroup(names.resource), error.subject);
    case 'already-exists':
      return alreadyExists(inGroup(names.existsAs ?? names.resource), error.subject);
    case 'conflict':
      return conflict(inGroup(names.resource), names.name, error.message);
    case 'bad-request':
      return badRequest(error.message);
    case 'forbidden':
      return forbidden(inGroup(names.resource), names.requested ?? names.name, error.message);
    case 'invalid':
      return invalidStatus(error, names);
  }
}

function invalidStatus(error: Refusal, { kind, name, sentAs }: ErrorNames): ApiError {
  if (error instanceof UnresolvedTagsRefusal) return unresolved(error);
  if (error instanceof LimitExceededRefusal) return limitExceeded(error);
  if (error instanceof InvalidReferenceRefusal && sentAs !== undefined) {
    return invalid(GROUP, sentAs.kind, error.subject, fieldErrors(problemsAt(sentAs.path, error.problems)));
  }
  return invalid(GROUP, kind, name, fieldErrors(error.problems));
}

/** Problems that came up while tags were resolved arrive as one cause, as they do in the original. */
function unresolved({ subject, unresolved: problems, others }: UnresolvedTagsRefusal): ApiError {
  const lines = fieldErrors(problems).map(({ field, message }) => `${field}: ${message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const cause = fieldError.internal('[]', `imagestreams "${subject}" is invalid: ${text}`);
  return invalid(GROUP, 'ImageStream', subject, [cause, ...fieldErrors(others)]);
}

/** Limits are looked at where tags are resolved, and arrive like what comes up there. */
export const limitExceeded = ({ subject, message }: LimitExceededRefusal): ApiError =>
  invalid(GROUP, 'ImageStream', subject, [fieldError.internal('[]', message)]);

function tooMuchContention(resource: string): ApiError {
  return new ApiError(
    'ServerTimeout',
    `The operation against ${resource}.${GROUP} could not be completed at this time, please try again.`,
    { group: GROUP, kind: resource, retryAfterSeconds: 2 },
  );
}

export const fieldErrors = (problems: readonly FieldProblem[]): FieldError[] => problems.map(fieldErrorOf);

function fieldErrorOf({ field, kind, value, detail }: FieldProblem): FieldError {
  switch (kind) {
    case 'required':
      return fieldError.required(field, detail);
    case 'invalid':
      return fieldError.invalid(field, value, detail);
    case 'forbidden':
      return fieldError.forbidden(field, detail);
    case 'notFound':
      return fieldError.notFound(field, value);
  }
}
