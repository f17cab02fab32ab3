import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InProcessIssuer, TestAuthority, type IssuerFault } from '#lib/testing';
import { OidcProvider } from './oidc-provider.js';

const MINUTE = 60_000;

let issuer: InProcessIssuer;
let provider: OidcProvider;
let problems: string[];

beforeEach(async () => {
  issuer = await InProcessIssuer.start({ path: '/realms/web' });
  problems = [];
  provider = providerWith();
});
afterEach(async () => {
  vi.useRealTimers();
  await provider.close();
  await issuer.stop();
});

const providerWith = (options: { readonly timeoutMs?: number } = {}): OidcProvider =>
  new OidcProvider({
    ...{ issuer: issuer.url, ca: issuer.ca, ...options },
    onUnavailable: (error) => problems.push(String(error)),
  });

/** One that does not wait for long: only where nothing but a wait is to be expected. */
async function impatient(): Promise<void> {
  await provider.close();
  provider = providerWith({ timeoutMs: 1_000 });
}

/** Moves the clock of this process; certificates are not judged by it. */
function later(milliseconds: number): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(now + milliseconds);
}

async function verifies(token: string): Promise<boolean> {
  return jwtVerify(token, await provider.keys(), { currentDate: new Date(0) }).then(
    () => true,
    () => false,
  );
}

describe('the keys of a provider', () => {
  it('are fetched once for many tokens', async () => {
    for (let turn = 0; turn < 3; turn++) expect(await verifies(await issuer.token({}))).toBe(true);
    expect(issuer.seen).toEqual(['/realms/web/.well-known/openid-configuration', '/realms/web/keys']);
  });

  it('are fetched again for a token of a new key, but not for each that names none of them', async () => {
    expect(await verifies(await issuer.token({}))).toBe(true);
    await issuer.rotate();
    later(MINUTE);
    const before = issuer.seen.length;
    expect(await verifies(await issuer.token({}))).toBe(true);
    const stranger = await InProcessIssuer.start();
    for (let turn = 0; turn < 5; turn++) expect(await verifies(await stranger.token({}))).toBe(false);
    expect(issuer.seen.length).toBe(before + 1);
    await stranger.stop();
  });

  it('no longer count once they were taken back', async () => {
    const token = await issuer.token({});
    expect(await verifies(token)).toBe(true);
    await issuer.rotate('RS256', { takeBack: true });
    later(11 * MINUTE);
    expect(await verifies(token)).toBe(false);
    expect(await verifies(await issuer.token({}))).toBe(true);
  });

  it('stay in force while the provider is away', async () => {
    const token = await issuer.token({});
    expect(await verifies(token)).toBe(true);
    await issuer.suspend();
    later(11 * MINUTE);
    expect(await verifies(token)).toBe(true);
    expect(problems).not.toEqual([]);
    await issuer.resume();
  });

  it('are had as soon as a provider that was away comes back, after a pause', async () => {
    await issuer.suspend();
    await expect(provider.keys()).rejects.toThrow();
    await issuer.resume();
    await expect(provider.keys()).rejects.toThrow('a moment ago');
    expect(issuer.seen).toEqual([]);
    later(11_000);
    expect(await verifies(await issuer.token({}))).toBe(true);
  });

  it('are not taken from a server that others vouch for', async () => {
    const { cert } = await TestAuthority.create('issuer.example.com');
    const trusting = new OidcProvider({ issuer: issuer.url, ca: cert });
    await expect(trusting.keys()).rejects.toThrow();
    await trusting.close();
  });

  it('are picked by what a token names', async () => {
    const old = await issuer.token({});
    await issuer.rotate();
    const young = await issuer.token({});
    expect(decodeProtectedHeader(old).kid).not.toBe(decodeProtectedHeader(young).kid);
    expect([await verifies(old), await verifies(young)]).toEqual([true, true]);
    expect(await verifies(await issuer.token({}, { forged: true }))).toBe(false);
  });
});

describe('a provider that', () => {
  it.each<[IssuerFault, RegExp]>([
    ['hangs', /aborted|timeout/i],
    ['fails', /answers with status 503/],
    ['endless', /answers with more than 1048576 bytes/],
    ['another issuer', /is about another issuer/],
    ['keys over http', /names no https address/],
    ['redirects', /fetch failed|redirect/],
  ])('%s is refused, and asked once for many tokens', async (fault, why) => {
    if (fault === 'hangs') await impatient();
    issuer.fault = fault;
    await expect(provider.keys()).rejects.toThrow(why);
    await expect(provider.keys()).rejects.toThrow('a moment ago');
    expect(issuer.seen.length).toBe(1);
  });

  it.each<IssuerFault>(['hangs', 'fails', 'endless', 'redirects'])(
    '%s only when keys are wanted is refused too',
    async (fault) => {
      if (fault === 'hangs') await impatient();
      const token = await issuer.token({});
      const keys = await provider.keys();
      issuer.fault = fault;
      await expect(jwtVerify(token, keys)).rejects.toThrow();
      await expect(jwtVerify(token, keys)).rejects.toThrow('a moment ago');
      expect(issuer.seen.length).toBe(2);
    },
  );
});
