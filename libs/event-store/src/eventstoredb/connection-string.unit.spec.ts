import { describe, expect, it } from 'vitest';
import { ConnectionStringError, parseConnectionString } from './connection-string.js';

describe('a connection string', () => {
  it.each([
    ['esdb://db.example.com', { kind: 'node', hosts: [{ address: 'db.example.com', port: 2113 }], tls: true }],
    ['esdb://db:2114/?tls=false', { hosts: [{ address: 'db', port: 2114 }], tls: false }],
    ['kurrentdb://db?tls=true', { kind: 'node', tls: true }],
    ['esdb+discover://db.example.com', { kind: 'name' }],
    ['esdb://a:1,b:2,c', { kind: 'cluster', hosts: [{ port: 1 }, { address: 'b' }, { port: 2113 }] }],
    ['esdb://user:p%40ss%3Aword@db', { credentials: { username: 'user', password: 'p@ss:word' } }],
    ['esdb://db?tlsCAFile=/etc/ca.pem', { files: { tlsCAFile: '/etc/ca.pem' } }],
    ['esdb://db?tls-ca-file=/etc/ca.pem&KeepAliveInterval=-1', { numbers: { keepAliveInterval: -1 } }],
    ['esdb://db?nodePreference=Leader&connectionName=blue&defaultDeadline=1', { connectionName: 'blue' }],
  ])('is read: %s', (text, expected) => {
    expect(parseConnectionString(text)).toMatchObject(expected);
  });

  it.each([
    ['', 'must look like'],
    ['http://db', 'must look like'],
    ['esdb://user@db', 'must look like'],
    ['esdb://user:secret@db:70000', 'host'],
    ['esdb://user:secret@db?nonsense=secret', 'not known; known are tlsCAFile'],
    ['esdb://user:secret@db?tlsVerifyCert=false', 'tlsVerifyCert=true: name the certificate authority with tlsCAFile'],
    ['esdb://user:secret@db?nodePreference=follower', 'nodePreference=leader'],
    ['esdb://user:secret@db?tls=maybe', 'tls=true or tls=false'],
    ['esdb://user:secret@db?gossipTimeout=secret', 'not a number'],
    ['esdb://user:secret@db?userCertFile=/x', 'userKeyFile together'],
    ['esdb://user:secret%@db', 'percent'],
    ['esdb://user:secret@db?tls', 'without a value'],
  ])('is refused, without being shown: %s', (text, why) => {
    const read = (): unknown => parseConnectionString(text);
    expect(read).toThrow(ConnectionStringError);
    expect(read).toThrow(why);
    expect(read).not.toThrow('secret');
  });
});
