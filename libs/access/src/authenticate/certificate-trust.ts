import { X509Certificate } from 'node:crypto';

/** Intermediate certificates between that of a client and the authority. */
const MAX_INTERMEDIATES = 4;

/** A set of certificate authorities, and the question whether one of them stands behind a certificate. */
export class CertificateTrust {
  private constructor(private readonly authorities: readonly X509Certificate[]) {}

  /** @throws when the text holds no certificate, or a broken one. */
  static parse(pem: string): CertificateTrust {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw new Error('no certificate in PEM was found');
    return new CertificateTrust(blocks.map((block) => new X509Certificate(block)));
  }

  /** Follows the signatures; whether the certificates are otherwise in order has been looked at before. */
  isBehind(certificate: X509Certificate): boolean {
    let current: X509Certificate | undefined = certificate;
    for (let step = 0; current !== undefined && step <= MAX_INTERMEDIATES; step++) {
      const signed: X509Certificate = current;
      if (this.authorities.some((authority) => isIssuer(authority, signed))) return true;
      const issuer: X509Certificate | undefined = signed.issuerCertificate;
      current = issuer !== undefined && isIssuer(issuer, signed) ? issuer : undefined;
    }
    return false;
  }
}

const isIssuer = (authority: X509Certificate, certificate: X509Certificate): boolean =>
  authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);

/** Whether a certificate may be used now. */
export const isCurrent = ({ validFrom, validTo }: X509Certificate, now: Date): boolean =>
  Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo);
