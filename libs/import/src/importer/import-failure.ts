import type { FieldProblem } from '#lib/event-store';
import { clientDefaults, exact, mostSpecific, type DockerReference, type RegistryError } from '#lib/registry';

export type ImportFailureReason =
  | 'Invalid'
  | 'Forbidden'
  | 'NotFound'
  | 'Unauthorized'
  | 'BadRequest'
  | 'NotV2Registry'
  | 'ImportFailed'
  | 'InternalError';

/** Why something could not be imported, in the words that clients of the API and readers of a tag's conditions know. */
export interface ImportFailure {
  readonly reason: ImportFailureReason;
  readonly message: string;
  /** HTTP status that goes with the reason; a repository of which only some tags failed has none. */
  readonly code?: number;
  readonly details?: FailureDetails;
}

/** Details of a Status. */
export interface FailureDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field?: string }[];
}

const GROUP = 'image.openshift.io';

/**
 * Why an image could not be fetched. Together with {@link listingFailure} the one place where errors of registries become
 * what clients see.
 *
 * @param reference as the user wrote it.
 */
export function fetchFailure(error: RegistryError, reference: DockerReference): ImportFailure {
  return failureOf(error, {
    reference,
    shown: exact(mostSpecific(clientDefaults(reference))),
    internal: (shown, message) => `${shown}: ${message}`,
    unknown: ['manifest-unknown'],
  });
}

/** Why the tags of a repository could not be listed. Here the text shows the repository as the user wrote it. */
export function listingFailure(error: RegistryError, repository: DockerReference): ImportFailure {
  return failureOf(error, {
    reference: repository,
    shown: exact(repository),
    internal: (_shown, message) => message,
    unknown: ['name-unknown', 'manifest-unknown'],
  });
}

/** A reference that is none. */
export function unreadableReference(text: string, why: string): ImportFailure {
  const cause = `Invalid value: ${JSON.stringify(text)}: invalid name: ${why}`;
  return {
    reason: 'Invalid',
    code: 422,
    message: ` "" is invalid: from.name: ${cause}`,
    details: { causes: [{ reason: 'FieldValueInvalid', message: cause, field: 'from.name' }] },
  };
}

/** The registry delivered what cannot be an image. */
export const unusableImage = (why: string): ImportFailure => internal(why);

/** The registry delivered an image that breaks the rules for images, such as a list entry without a platform. */
export function invalidImage(name: string, problems: readonly FieldProblem[]): ImportFailure {
  const causes = problems.map(({ field, kind, value, detail }) =>
    kind === 'required'
      ? { field, reason: 'FieldValueRequired', message: 'Required value' }
      : { field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${detail}` },
  );
  const lines = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return {
    reason: 'Invalid',
    code: 422,
    message: `Image.${GROUP} ${JSON.stringify(name)} is invalid: ${text}`,
    details: { name, group: GROUP, kind: 'Image', causes },
  };
}

/** Some tags of a repository could not be imported; each says why. */
export const someTagsFailed = (count: number): ImportFailure => ({
  reason: 'ImportFailed',
  message:
    count === 1
      ? 'one of the images from this repository failed to import'
      : `${count} of the images from this repository failed to import`,
});

/** Whether user name and password were wrong, so that asking without them may lead further. */
export const isBadCredentials = ({ reason, message }: ImportFailure): boolean =>
  reason === 'Unauthorized' && /username or password/i.test(message);

interface Subject {
  readonly reference: DockerReference;
  /** The reference as it stands in the text. */
  readonly shown: string;
  /** Text of an error that has no reason of its own. */
  readonly internal: (shown: string, message: string) => string;
  /** Codes that mean that what was asked for is not there. */
  readonly unknown: readonly RegistryError['code'][];
}

function failureOf({ code, message, details }: RegistryError, subject: Subject): ImportFailure {
  const { reference, shown } = subject;
  if (subject.unknown.includes(code)) {
    return {
      reason: 'NotFound',
      code: 404,
      message: `dockerimage.${GROUP} ${JSON.stringify(shown)} not found`,
      details: { name: shown, group: GROUP, kind: 'dockerimage' },
    };
  }
  switch (code) {
    case 'blocked':
      return { reason: 'Forbidden', code: 403, message: `forbidden: ${message}` };
    case 'unauthorized':
      return unauthorized(
        `you may not have access to the container image ${JSON.stringify(shown)}` +
          (details.credentialsSent === false ? ' and did not have credentials to the repository' : ''),
      );
    case 'bad-credentials':
      return unauthorized(`incorrect username or password for image ${JSON.stringify(shown)}`);
    case 'http-only-needs-insecure':
      return {
        reason: 'BadRequest',
        code: 400,
        message: `the repository ${exact({ ...reference, tag: '', id: '' })} is HTTP only and requires the insecure flag to import`,
      };
    case 'not-a-registry':
      return {
        reason: 'NotV2Registry',
        code: 403,
        message: `.${GROUP} is forbidden: registry ${JSON.stringify(details.host ?? reference.registry)} does not support the v2 Registry API`,
        details: { group: GROUP },
      };
    case 'digest-mismatch':
    case 'unsupported-manifest':
    case 'malformed':
    case 'all-sources-failed':
      return internal(message);
    case 'unreachable':
    case 'untrusted-certificate':
    case 'timed-out':
    case 'cancelled':
    case 'denied':
    case 'name-unknown':
    case 'manifest-unknown':
    case 'blob-unknown':
    case 'too-many-requests':
    case 'unavailable':
    case 'too-large':
    case 'unexpected-answer':
      return internal(subject.internal(shown, message));
  }
}

const unauthorized = (message: string): ImportFailure => ({ reason: 'Unauthorized', code: 401, message });

const internal = (message: string): ImportFailure => ({
  reason: 'InternalError',
  code: 500,
  message: `Internal error occurred: ${message}`,
  details: { causes: [{ reason: '', message }] },
});
