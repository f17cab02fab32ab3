/** One cause inside a Status, usually one field of the object that was refused. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** Lower-case plural resource for NotFound, AlreadyExists and Conflict; the Kind for Invalid. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** `metav1.Status` on the wire. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Expired'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'Invalid'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServerTimeout'
  | 'ServiceUnavailable'
  | 'Timeout';

const CODES: Readonly<Record<StatusReason, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServerTimeout: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
};

/** A group and resource as error texts name them: `imagestreams` in `image.openshift.io`. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

const qualified = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);

/** A refusal that a Kubernetes client understands. The only error that the HTTP rim turns into a body. */
export class ApiError extends Error {
  readonly code: number;

  constructor(
    readonly reason: StatusReason | '',
    message: string,
    readonly details: StatusDetails = {},
    code?: number,
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = code ?? (reason === '' ? 500 : CODES[reason]);
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

export const badRequest = (message: string): ApiError => new ApiError('BadRequest', message);

export const unauthorized = (): ApiError => new ApiError('Unauthorized', 'Unauthorized');

export const notFound = ({ group, resource }: GroupResource, name: string): ApiError =>
  new ApiError('NotFound', `${qualified(resource, group)} "${name}" not found`, {
    name,
    ...(group && { group }),
    kind: resource,
  });

export const alreadyExists = ({ group, resource }: GroupResource, name: string): ApiError =>
  new ApiError('AlreadyExists', `${qualified(resource, group)} "${name}" already exists`, {
    name,
    ...(group && { group }),
    kind: resource,
  });

export const STALE_OBJECT =
  'the object has been modified; please apply your changes to the latest version and try again';

export const conflict = ({ group, resource }: GroupResource, name: string, why: string = STALE_OBJECT): ApiError =>
  new ApiError('Conflict', `Operation cannot be fulfilled on ${qualified(resource, group)} "${name}": ${why}`, {
    name,
    ...(group && { group }),
    kind: resource,
  });

export const forbidden = ({ group, resource }: GroupResource, name: string, why: string): ApiError =>
  new ApiError('Forbidden', `${qualified(resource, group)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`, {
    ...(name && { name }),
    ...(group && { group }),
    kind: resource,
  });

export const methodNotAllowed = (): ApiError =>
  new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource');

export const internalError = (message: string): ApiError =>
  new ApiError('InternalError', `Internal error occurred: ${message}`, { causes: [{ reason: '', message }] });

/** A rule that one field of an object breaks. */
export interface FieldError {
  readonly field: string;
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueNotFound'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'InternalError';
  /** The text after the path, prefix included: `Invalid value: "x": must be …`. */
  readonly message: string;
}

const shown = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));

/** The error kinds of Kubernetes' field validation, with its prefixes. */
export const fieldError = {
  required: (field: string, detail = ''): FieldError => ({
    field,
    reason: 'FieldValueRequired',
    message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  }),
  invalid: (field: string, value: unknown, detail: string): FieldError => ({
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${shown(value)}: ${detail}`,
  }),
  forbidden: (field: string, detail: string): FieldError => ({
    field,
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${detail}`,
  }),
  notFound: (field: string, value: unknown): FieldError => ({
    field,
    reason: 'FieldValueNotFound',
    message: `Not found: ${shown(value)}`,
  }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): FieldError => ({
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`,
  }),
  duplicate: (field: string, value: unknown): FieldError => ({
    field,
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${shown(value)}`,
  }),
  tooLong: (field: string, maxBytes: number): FieldError => ({
    field,
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${maxBytes} bytes`,
  }),
  internal: (field: string, detail: string): FieldError => ({
    field,
    reason: 'InternalError',
    message: `Internal error: ${detail}`,
  }),
};

/** 422 for an object of `kind`; several causes are bracketed as Kubernetes prints an aggregate. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): ApiError {
  const lines = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const text = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  return new ApiError('Invalid', `${qualified(kind, group)} "${name}" is invalid: ${text}`, {
    name,
    ...(group && { group }),
    kind,
    causes: errors.map(({ field, reason, message }) => ({ reason, message, field })),
  });
}
