// The X.509 library finds its parts by metadata that it keeps with this.
import 'reflect-metadata';
import type { X509Certificate } from 'node:crypto';
import { X509Certificate as ParsedCertificate } from '@peculiar/x509';

/** Whom a client certificate names. */
export interface CertificateSubject {
  /** Empty where the certificate names nobody, or several. */
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** Reads the subject from the bytes of the certificate: its text form cannot tell a name with a line break from two. */
export function certificateSubject({ raw }: X509Certificate): CertificateSubject {
  const { subjectName } = new ParsedCertificate(new Uint8Array(raw));
  const names = subjectName.getField('CN');
  return { commonName: names.length === 1 ? (names[0] ?? '') : '', organizations: subjectName.getField('O') };
}
