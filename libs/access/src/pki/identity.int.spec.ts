import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ensureIdentity, publishAddress } from './identity.js';
import type { Identity } from './identity.js';

const listen = { host: '127.0.0.1', port: 8443 };
const DAY = 24 * 60 * 60 * 1000;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'identity-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const certificateOf = ({ cert }: Identity): X509Certificate => new X509Certificate(cert);
const file = (name: string): Promise<string> => readFile(join(dataDir, name), 'utf8');

describe('the identity of a server', () => {
  it('is made at the first start, secrets for the owner alone', async () => {
    await ensureIdentity(dataDir, listen);
    const modes = await Promise.all(
      (await readdir(dataDir)).map(async (name) => [name, (await stat(join(dataDir, name))).mode & 0o777]),
    );
    expect(Object.fromEntries(modes)).toEqual({
      'admin.token': 0o600,
      'ca.crt': 0o644,
      'ca.key': 0o600,
      'tls.crt': 0o644,
      'tls.key': 0o600,
      'tokens.key': 0o600,
      kubeconfig: 0o600,
    });
  });

  it('is the same at every later start', async () => {
    const first = await ensureIdentity(dataDir, listen);
    expect(await ensureIdentity(dataDir, listen)).toEqual(first);
  });

  it('has a token of 256 bits', async () => {
    const { adminToken } = await ensureIdentity(dataDir, listen);
    expect(Buffer.from(adminToken, 'base64url')).toHaveLength(32);
    expect((await file('admin.token')).trim()).toBe(adminToken);
  });

  it('has a certificate that clients of the authority accept', async () => {
    const { ca, cert, key } = await ensureIdentity(dataDir, listen);
    const server = createServer({ cert, key }, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (const servername of ['localhost', hostname()]) {
      const authorized = await new Promise<boolean>((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', servername, ca }, () => {
          resolve(socket.authorized);
          socket.destroy();
        });
        socket.on('error', reject);
      });
      expect(authorized).toBe(true);
    }
    server.close();
  });

  it('goes by every name that the server has', async () => {
    const identity = await ensureIdentity(
      dataDir,
      { host: '192.0.2.7', port: 1 },
      { names: ['images.example.com', '::2'] },
    );
    const certificate = certificateOf(identity);
    for (const address of ['127.0.0.1', '::1', '::2', '192.0.2.7']) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkHost('images.example.com')).toBe('images.example.com');
    expect(certificate.ca).toBe(false);
    expect(new X509Certificate(identity.ca ?? '').ca).toBe(true);
  });

  it('gets a new certificate with the same key in the last 30 days of the old', async () => {
    const start = new Date('2024-01-01T00:00:00Z');
    const first = await ensureIdentity(dataDir, listen, { now: start });
    const early = await ensureIdentity(dataDir, listen, { now: new Date(start.getTime() + 330 * DAY) });
    expect(early.cert).toBe(first.cert);
    const late = await ensureIdentity(dataDir, listen, { now: new Date(start.getTime() + 340 * DAY) });
    expect(late.cert).not.toBe(first.cert);
    expect(late.key).toBe(first.key);
    expect(late.ca).toBe(first.ca);
    expect(certificateOf(late).verify(new X509Certificate(first.ca ?? '').publicKey)).toBe(true);
  });

  it('gets a new certificate when the server has a new name', async () => {
    const first = await ensureIdentity(dataDir, listen);
    const second = await ensureIdentity(dataDir, listen, { names: ['new.example.com'] });
    expect(second.cert).not.toBe(first.cert);
    expect(await ensureIdentity(dataDir, listen)).toMatchObject({ cert: second.cert });
  });

  it('recovers from a crash between a key and its certificate', async () => {
    const { ca } = await ensureIdentity(dataDir, listen);
    await rm(join(dataDir, 'tls.crt'));
    const again = await ensureIdentity(dataDir, listen);
    expect(certificateOf(again).verify(new X509Certificate(ca ?? '').publicKey)).toBe(true);
    await rm(join(dataDir, 'ca.crt'));
    expect((await ensureIdentity(dataDir, listen)).ca).not.toBe(ca);
  });

  it('has a certificate of the authority that it has now', async () => {
    await ensureIdentity(dataDir, listen);
    await rm(join(dataDir, 'ca.crt'));
    await rm(join(dataDir, 'ca.key'));
    const again = await ensureIdentity(dataDir, listen);
    expect(certificateOf(again).verify(new X509Certificate(again.ca ?? '').publicKey)).toBe(true);
  });

  it('is not made up anew where the key of the authority is lost', async () => {
    await ensureIdentity(dataDir, listen);
    await rm(join(dataDir, 'ca.key'));
    await expect(ensureIdentity(dataDir, listen)).rejects.toThrow(/ca\.crt is there, but its key .*ca\.key is not/);
  });

  it('refuses a token file that holds no secret, without repeating it', async () => {
    await writeFile(join(dataDir, 'admin.token'), 'hunter2\n');
    const failure = await ensureIdentity(dataDir, listen).catch((error: unknown) => String(error));
    expect(failure).toContain('does not hold a token');
    expect(failure).not.toContain('hunter2');
  });
});

describe('the kubeconfig', () => {
  it('leads to the server as its administrator', async () => {
    const { ca = '', adminToken, kubeconfigPath, serverUrl } = await ensureIdentity(dataDir, listen);
    expect(kubeconfigPath).toBe(join(dataDir, 'kubeconfig'));
    expect(serverUrl).toBe('https://127.0.0.1:8443');
    expect(parse(await file('kubeconfig'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'tagline',
          cluster: { server: serverUrl, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
        },
      ],
      users: [{ name: 'admin', user: { token: adminToken } }],
      contexts: [{ name: 'tagline', context: { cluster: 'tagline', user: 'admin', namespace: 'default' } }],
      'current-context': 'tagline',
    });
  });

  it('is left alone while it leads here, and rewritten when it no longer does', async () => {
    await ensureIdentity(dataDir, listen);
    const edited = (await file('kubeconfig')).replace('namespace: default', 'namespace: team');
    await writeFile(join(dataDir, 'kubeconfig'), edited);
    await ensureIdentity(dataDir, listen);
    expect(await file('kubeconfig')).toBe(edited);
    await ensureIdentity(dataDir, { ...listen, port: 9443 });
    expect(await file('kubeconfig')).toContain('server: https://127.0.0.1:9443');
  });

  it('waits for the port where the system chooses it', async () => {
    const identity = await ensureIdentity(dataDir, { host: '::', port: 0 });
    expect(await readdir(dataDir)).not.toContain('kubeconfig');
    const published = await publishAddress(dataDir, identity, { host: '::', port: 12345 });
    expect(published.serverUrl).toBe('https://127.0.0.1:12345');
    expect(await file('kubeconfig')).toContain(published.serverUrl);
  });

  it('trusts the root in a chain of the user’s own', async () => {
    const other = await mkdtemp(join(tmpdir(), 'identity-'));
    const theirs = await ensureIdentity(other, listen);
    const tls = { certFile: join(other, 'chain'), keyFile: join(other, 'tls.key') };
    await writeFile(tls.certFile, `${theirs.cert}${theirs.ca}`);
    const withRoot = await ensureIdentity(dataDir, listen, { tls });
    expect(withRoot).toMatchObject({ ca: theirs.ca, key: theirs.key });
    const leafOnly = { ...tls, certFile: join(other, 'tls.crt') };
    expect((await ensureIdentity(dataDir, listen, { tls: leafOnly })).ca).toBeUndefined();
    expect(await readdir(dataDir)).not.toContain('ca.key');
    await rm(other, { recursive: true });
  });
});
