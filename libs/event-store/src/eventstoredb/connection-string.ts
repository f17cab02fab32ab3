/** A connection string that cannot be used. The message never holds any part of it that could be a secret. */
export class ConnectionStringError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'ConnectionStringError';
  }
}

export interface EndPoint {
  readonly address: string;
  readonly port: number;
}

/** Where the database is, and how to talk to it. */
export interface Connection {
  /** One node; several nodes, or one name that stands for several, that are asked which of them leads. */
  readonly kind: 'node' | 'cluster' | 'name';
  readonly hosts: readonly [EndPoint, ...EndPoint[]];
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly tls: boolean;
  readonly files: { readonly [name in (typeof FILES)[number]]?: string };
  readonly numbers: { readonly [name in (typeof NUMBERS)[number]]?: number };
  readonly connectionName?: string;
}

const FILES = ['tlsCAFile', 'userCertFile', 'userKeyFile'] as const;
const NUMBERS = [
  'keepAliveInterval',
  'keepAliveTimeout',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
] as const;

const DEFAULT_PORT = 2113;
const FORM =
  /^(?:esdb|kurrentdb|kdb)(?<discover>\+discover)?:\/\/(?:(?<user>[^:@/?]+):(?<password>[^@/?]*)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<options>.*))?$/;

/**
 * Reads a connection string. It is read here rather than by the client, which prints the whole of it, password included,
 * when it does not understand a part, and passes over what it does not know.
 *
 * @throws ConnectionStringError
 */
export function parseConnectionString(text: string): Connection {
  const groups = FORM.exec(text.trim())?.groups;
  if (groups === undefined) {
    throw new ConnectionStringError(
      'must look like esdb://user:password@host:2113?tls=true, with a user and password whose special characters are percent-encoded',
    );
  }
  const hosts = (groups['hosts'] ?? '').split(',').map(endPoint);
  const [first, ...others] = hosts as [EndPoint, ...EndPoint[]];
  const { user, password } = groups;
  return {
    kind: groups['discover'] !== undefined ? 'name' : others.length > 0 ? 'cluster' : 'node',
    hosts: [first, ...others],
    ...(user === undefined ? {} : { credentials: { username: decoded(user), password: decoded(password ?? '') } }),
    ...optionsOf(groups['options'] ?? ''),
  };
}

function endPoint(text: string): EndPoint {
  const match = /^(?<address>[\w.-]+)(?::(?<port>\d{1,5}))?$/.exec(text.trim());
  const port = Number(match?.groups?.['port'] ?? DEFAULT_PORT);
  if (match === null || port > 65_535) throw new ConnectionStringError('names a host that is not host:port');
  return { address: match.groups?.['address'] ?? '', port };
}

function optionsOf(text: string): Pick<Connection, 'tls' | 'files' | 'numbers' | 'connectionName'> {
  const files: Record<string, string> = {};
  const numbers: Record<string, number> = {};
  let tls = true;
  let connectionName: string | undefined;
  for (const pair of text.split('&').filter((each) => each !== '')) {
    const equals = pair.indexOf('=');
    const name = canonical(pair.slice(0, equals < 0 ? undefined : equals));
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    if (value === '') throw new ConnectionStringError(`has an option ${name} without a value`);
    if (isOneOf(FILES, name)) files[name] = value;
    else if (isOneOf(NUMBERS, name)) numbers[name] = integer(name, value);
    else if (name === 'tls') tls = flag(name, value);
    else if (name === 'connectionName') connectionName = value;
    else refuseUnless(name, value);
  }
  if ((files['userCertFile'] === undefined) !== (files['userKeyFile'] === undefined)) {
    throw new ConnectionStringError('must have userCertFile and userKeyFile together');
  }
  return { tls, files, numbers, ...(connectionName === undefined ? {} : { connectionName }) };
}

/** Options that Tagline has its own mind about: they may say what it does, and nothing else. */
const SETTLED: Readonly<Record<string, { readonly only: string; readonly why: string }>> = {
  nodePreference: { only: 'leader', why: 'another node may not yet know what was written' },
  tlsVerifyCert: { only: 'true', why: 'name the certificate authority with tlsCAFile instead' },
  throwOnAppendFailure: { only: 'true', why: 'an append that failed must be known to have failed' },
};

function refuseUnless(name: string, value: string): void {
  if (name === 'defaultDeadline') return;
  const settled = Object.hasOwn(SETTLED, name) ? SETTLED[name] : undefined;
  if (settled === undefined) {
    const known = [...FILES, ...NUMBERS, 'tls', 'connectionName', ...Object.keys(SETTLED)];
    throw new ConnectionStringError(`has an option that is not known; known are ${known.join(', ')}`);
  }
  if (value.toLowerCase() !== settled.only) {
    throw new ConnectionStringError(`may only have ${name}=${settled.only}: ${settled.why}`);
  }
}

/** Options are written in any case, by other clients also with dashes. */
function canonical(name: string): string {
  const flat = name.trim().toLowerCase().replaceAll(/[_-]/g, '');
  const known = [...FILES, ...NUMBERS, 'tls', 'connectionName', 'defaultDeadline', ...Object.keys(SETTLED)];
  return known.find((each) => each.toLowerCase() === flat) ?? '';
}

function integer(name: string, value: string): number {
  if (!/^(?:-1|\d{1,9})$/.test(value)) throw new ConnectionStringError(`has an option ${name} that is not a number`);
  return Number(value);
}

function flag(name: string, value: string): boolean {
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw new ConnectionStringError(`must have ${name}=true or ${name}=false`);
  return lower === 'true';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConnectionStringError('has a percent sign that begins no percent-encoded character');
  }
}

function isOneOf<T extends string>(known: readonly T[], name: string): name is T {
  return (known as readonly string[]).includes(name);
}
