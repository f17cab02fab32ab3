// The X.509 library finds its parts by metadata that it keeps with this.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509';
import { SIGNING_ALGORITHM } from './key-pair.js';
import type { KeyPair } from './key-pair.js';

const DAY = 24 * 60 * 60 * 1000;
const CA_DAYS = 3650;
const SERVER_DAYS = 365;
/** Clients whose clocks are a little behind must not take a new certificate for one of the future. */
const CLOCK_SKEW = 5 * 60 * 1000;

const CA_NAME = 'CN=Tagline CA';

/** A certificate that vouches for those of the server, as PEM. Ten years. */
export async function createCaCertificate(keys: KeyPair, now: Date): Promise<string> {
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: CA_NAME,
      ...validity(now, CA_DAYS),
      keys,
      signingAlgorithm: SIGNING_ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/**
 * A certificate of the server, signed by the authority, as PEM. One year.
 *
 * @param names host names and addresses by which clients reach the server.
 */
export function createServerCertificate(
  keys: KeyPair,
  ca: KeyPair,
  names: readonly string[],
  now: Date,
): Promise<string> {
  return signed(keys, ca, now, {
    subject: 'CN=Tagline server',
    usages: [ExtendedKeyUsage.serverAuth],
    extensions: [
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
    ],
  });
}

/**
 * A certificate by which one service knows another, on either end of a connection, signed by their authority, as PEM. One
 * year.
 *
 * @param name common name: what the service is.
 */
export function createServiceCertificate(keys: KeyPair, ca: KeyPair, name: string, now: Date): Promise<string> {
  return signed(keys, ca, now, {
    subject: `CN=${name}`,
    usages: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
    extensions: [],
  });
}

interface Signed {
  readonly subject: string;
  readonly usages: ExtendedKeyUsage[];
  readonly extensions: readonly Extension[];
}

/** A certificate that an authority signs for whoever is no authority. */
async function signed(keys: KeyPair, ca: KeyPair, now: Date, { subject, usages, extensions }: Signed): Promise<string> {
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject,
      issuer: CA_NAME,
      ...validity(now, SERVER_DAYS),
      publicKey: keys.publicKey,
      signingKey: ca.privateKey,
      signingAlgorithm: SIGNING_ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension(usages),
        ...extensions,
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        await AuthorityKeyIdentifierExtension.create(ca.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

const validity = (now: Date, days: number) => ({
  notBefore: new Date(now.getTime() - CLOCK_SKEW),
  notAfter: new Date(now.getTime() + days * DAY),
});

/** Positive and unguessable; the first bit stays clear so that it is not taken for a sign. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
