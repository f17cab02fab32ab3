import { RegistryError } from '../registry-error.js';

/** Translates what the network stack throws. Only its code gets into the message, never a URL with its query. */
export function transportFailure(error: unknown, url: URL): RegistryError {
  if (error instanceof RegistryError) return error;
  const host = url.host;
  const code = codeOf(error);
  if (TIMEOUTS.has(code)) {
    return new RegistryError('timed-out', `registry ${host} did not answer in time`, { host, temporary: true });
  }
  if (isPlainHttpAnswer(error, code)) {
    return new RegistryError('http-only-needs-insecure', `registry ${host} speaks HTTP only, not HTTPS`, { host });
  }
  if (isCertificateProblem(code)) {
    return new RegistryError('untrusted-certificate', `the certificate of registry ${host} is not trusted (${code})`, {
      host,
    });
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return new RegistryError('too-large', `registry ${host} sent more headers than allowed`, { host });
  }
  if (code.startsWith('HPE_')) {
    return new RegistryError('not-a-registry', `${host} does not speak HTTP (${code})`, { host });
  }
  return new RegistryError('unreachable', unreachableMessage(host, code), { host, temporary: !PERMANENT.has(code) });
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** Nothing to wait for: somebody has to change something first. */
const PERMANENT: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EINVAL',
  'UND_ERR_DESTROYED',
]);

function unreachableMessage(host: string, code: string): string {
  switch (code) {
    case 'ENOTFOUND':
      return `registry ${host} cannot be found: the name does not resolve`;
    case 'ECONNREFUSED':
      return `registry ${host} refused the connection`;
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return `registry ${host} broke the connection off`;
    default:
      return `registry ${host} cannot be reached${code === '' ? '' : ` (${code})`}`;
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried: the first failure stands for all.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}

/** A TLS hello that is answered in plain text shows as a record of an impossible version. */
const isPlainHttpAnswer = (error: unknown, code: string): boolean =>
  code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
  code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
  code === 'ERR_SSL_HTTP_REQUEST' ||
  (code === 'EPROTO' && error instanceof Error && /wrong version number|packet length too long/.test(error.message));

const isCertificateProblem = (code: string): boolean =>
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/.test(
    code,
  );
