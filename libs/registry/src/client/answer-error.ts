import type { Credentials } from '../credentials/credential-source.js';
import { RegistryError, type RegistryErrorCode } from '../registry-error.js';
import { bareMediaType } from '../manifests/media-types.js';
import { header, type HttpResponse } from './http-message.js';
import { retryAfterMs } from './retry.js';

/** What an answer was to a question for. */
export interface AnswerContext {
  readonly host: string;
  readonly subject: 'manifest' | 'tags' | 'blob' | 'token';
  readonly credentials: Credentials | undefined;
  /** What was sent and must not come back in a message. */
  readonly secrets: readonly string[];
}

/**
 * The error that an answer with an error status means: by the code in its body where there is one that we know,
 * otherwise by its status.
 */
export function answerError(response: HttpResponse, context: AnswerContext): RegistryError {
  const { host, credentials } = context;
  const { status, headers } = response;
  const reported = reportedError(response.body);
  const code = REPORTED[reported?.code ?? ''] ?? codeOfStatus(status, context.subject);
  const said = reported === undefined ? '' : withoutSecrets(describe(reported), context);
  const retryAfter = retryAfterMs(headers);
  return new RegistryError(code, `registry ${host} ${MEANING[code] ?? `answered ${status}`}${said && `: ${said}`}`, {
    host,
    status,
    credentialsSent: credentials !== undefined,
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
  });
}

/** Whether an answer shows the marks of a registry: its version header, or an error document of the specification. */
export const looksLikeRegistry = (response: HttpResponse): boolean =>
  header(response.headers, 'docker-distribution-api-version') !== undefined ||
  reportedError(response.body) !== undefined;

export const isHtml = (response: HttpResponse): boolean =>
  bareMediaType(header(response.headers, 'content-type')) === 'text/html';

export const notARegistry = (host: string, status?: number): RegistryError =>
  new RegistryError('not-a-registry', `registry "${host}" does not support the v2 Registry API`, {
    host,
    ...(status !== undefined && { status }),
  });

const REPORTED: Readonly<Record<string, RegistryErrorCode | undefined>> = Object.assign(Object.create(null), {
  MANIFEST_UNKNOWN: 'manifest-unknown',
  TAG_UNKNOWN: 'manifest-unknown',
  NAME_UNKNOWN: 'name-unknown',
  BLOB_UNKNOWN: 'blob-unknown',
  UNAUTHORIZED: 'unauthorized',
  DENIED: 'denied',
  TOOMANYREQUESTS: 'too-many-requests',
  UNAVAILABLE: 'unavailable',
}) as Readonly<Record<string, RegistryErrorCode | undefined>>;

function codeOfStatus(status: number, subject: AnswerContext['subject']): RegistryErrorCode {
  if (status >= 500) return 'unavailable';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'denied';
    case 404:
      return NOT_FOUND[subject];
    case 429:
      return 'too-many-requests';
    default:
      return 'unexpected-answer';
  }
}

const NOT_FOUND: Readonly<Record<AnswerContext['subject'], RegistryErrorCode>> = {
  manifest: 'manifest-unknown',
  tags: 'name-unknown',
  blob: 'blob-unknown',
  token: 'unexpected-answer',
};

const MEANING: Readonly<Partial<Record<RegistryErrorCode, string>>> = {
  'manifest-unknown': 'does not have this manifest',
  'name-unknown': 'does not have this repository',
  'blob-unknown': 'does not have this blob',
  unauthorized: 'asks for other credentials',
  denied: 'denies access',
  'too-many-requests': 'gets too many requests',
  unavailable: 'is not available',
};

interface ReportedError {
  readonly code: string;
  readonly message: string;
}

/** The first entry of the error document that the specification describes. */
function reportedError(body: Buffer): ReportedError | undefined {
  if (body.length === 0 || body[0] !== OPENING_BRACE) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const errors = isObject(document) ? document['errors'] : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (!isObject(first) || typeof first['code'] !== 'string') return undefined;
  return { code: first['code'], message: typeof first['message'] === 'string' ? first['message'] : '' };
}

const OPENING_BRACE = 0x7b;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A stranger's text: kept short and on one line. */
const describe = ({ code, message }: ReportedError): string =>
  `${code} ${message}`
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);

/** A registry that repeats what it was sent must not get it into our logs and conditions. */
function withoutSecrets(text: string, { credentials, secrets }: AnswerContext): string {
  const values = secrets.flatMap((secret) => [secret, secret.replace(/^(?:Basic|Bearer) /, '')]);
  if (credentials !== undefined) values.push(credentials.password);
  return values.some((value) => value.length > 0 && text.includes(value.slice(0, 16))) ? '' : text;
}
