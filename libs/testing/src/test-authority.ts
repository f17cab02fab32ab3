import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { TestCertificate } from './test-certificate.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const MINUTE = 60_000;

export interface IssuedTo {
  /** Left out: the certificate names nobody. */
  readonly commonName?: string;
  readonly organizations?: readonly string[];
  /** What it may be used for; default `clientAuth`. */
  readonly usages?: readonly ('clientAuth' | 'serverAuth')[];
  /** Addresses of a server. */
  readonly addresses?: readonly string[];
  /** Minutes from now at which it begins and ends to be good. */
  readonly from?: number;
  readonly until?: number;
}

/** A certificate authority of a test. */
export class TestAuthority {
  private constructor(
    private readonly name: string,
    private readonly keys: webcrypto.CryptoKeyPair,
    /** PEM of its own certificate. */
    readonly cert: string,
    /** PEM of the certificates between it and its root, its own first; empty for a root. */
    private readonly chain: string,
  ) {}

  static async create(name = 'authority.example.com'): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned(
      { name: `CN=${name}`, ...validity(-5, 60), keys, signingAlgorithm: ALGORITHM, extensions: ofAuthority() },
      webcrypto,
    );
    return new TestAuthority(name, keys, pem(certificate), '');
  }

  /** An authority that this one stands behind. */
  async intermediate(name: string): Promise<TestAuthority> {
    const keys = await newKeys();
    const cert = pem(await this.sign([{ CN: [name] }], keys, validity(-5, 60), ofAuthority()));
    return new TestAuthority(name, keys, cert, `${cert}${this.chain}`);
  }

  /** A certificate, followed by those between it and the root. */
  async issue({
    commonName,
    organizations = [],
    usages = ['clientAuth'],
    addresses = [],
    from = -5,
    until = 60,
  }: IssuedTo): Promise<TestCertificate> {
    const keys = await newKeys();
    // As values of their own: a text would be read for quotes and escapes.
    const subject: x509.JsonNameParams = [
      ...(commonName === undefined ? [] : [{ CN: [{ utf8String: commonName }] }]),
      ...organizations.map((name) => ({ O: [{ utf8String: name }] })),
    ];
    const certificate = await this.sign(subject, keys, validity(from, until), [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension(usages.map((usage) => x509.ExtendedKeyUsage[usage])),
      ...(addresses.length === 0
        ? []
        : [new x509.SubjectAlternativeNameExtension(addresses.map((value) => ({ type: 'ip' as const, value })))]),
    ]);
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { cert: `${pem(certificate)}${this.chain}`, key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
  }

  private sign(
    subject: x509.JsonNameParams,
    keys: webcrypto.CryptoKeyPair,
    valid: ReturnType<typeof validity>,
    extensions: x509.Extension[],
  ): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create(
      {
        serialNumber: `40${randomBytes(8).toString('hex')}`,
        subject: new x509.Name(subject),
        issuer: `CN=${this.name}`,
        ...valid,
        publicKey: keys.publicKey,
        signingKey: this.keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions,
      },
      webcrypto,
    );
  }
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const validity = (from: number, until: number) => ({
  notBefore: new Date(Date.now() + from * MINUTE),
  notAfter: new Date(Date.now() + until * MINUTE),
});

const ofAuthority = (): x509.Extension[] => [
  new x509.BasicConstraintsExtension(true, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
];

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;
