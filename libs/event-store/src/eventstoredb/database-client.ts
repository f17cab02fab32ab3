import { readFileSync } from 'node:fs';
import { EventStoreDBClient } from '@eventstore/db-client';
import { ConnectionStringError, type Connection } from './connection-string.js';

/**
 * The client of the database, which appends with one call for each append.
 *
 * Where the server offers it, the client sends all appends through one long call. It does not hold those to their
 * deadline; when such a call breaks it fails the appends of every other one, too; and an answer that comes for an append
 * that it failed ends the process.
 */
export class DatabaseClient extends EventStoreDBClient {
  /** @throws ConnectionStringError for a file that cannot be read. */
  static connect(connection: Connection): DatabaseClient {
    const { hosts, kind, tls, files, numbers, credentials } = connection;
    const [first] = hosts;
    const { maxDiscoverAttempts = 3, discoveryInterval, gossipTimeout, ...keepAlive } = numbers;
    const shared = { ...keepAlive, connectionName: connection.connectionName ?? 'tagline' };
    const discovery = { ...shared, maxDiscoverAttempts, ...defined({ discoveryInterval, gossipTimeout }) };
    const security = tls
      ? defined({
          rootCertificate: contentOf(files, 'tlsCAFile'),
          userCertFile: contentOf(files, 'userCertFile'),
          userKeyFile: contentOf(files, 'userKeyFile'),
        })
      : { insecure: true };
    switch (kind) {
      case 'node':
        return new DatabaseClient({ ...shared, endpoint: first }, security, credentials);
      case 'cluster':
        return new DatabaseClient({ ...discovery, endpoints: [...hosts] }, security, credentials);
      case 'name':
        return new DatabaseClient({ ...discovery, discover: first }, security, credentials);
    }
  }

  protected override supports = (): Promise<boolean> => Promise.resolve(false);
}

function contentOf(files: Connection['files'], name: keyof Connection['files']): Buffer | undefined {
  const path = files[name];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ConnectionStringError(`has a ${name} that cannot be read: ${why}`);
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
