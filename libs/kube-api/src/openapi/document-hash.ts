import { createHash } from 'node:crypto';

/** Tells one state of a document from another: SHA-256 of its text, in hexadecimal. */
export const documentHash = (text: string): string => createHash('sha256').update(text).digest('hex').toUpperCase();
