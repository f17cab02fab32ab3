import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContent } from './parse-content.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

/** One OpenPGP packet, in the new format with a length of five bytes. */
function packet(tag: number, body: Buffer): Buffer {
  const header = Buffer.from([0xc0 | tag, 0xff, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 2);
  return Buffer.concat([header, body]);
}

const literal = (data: Buffer): Buffer => packet(11, Buffer.concat([Buffer.from([0x62, 0, 0, 0, 0, 0]), data]));
const compressed = (data: Buffer): Buffer => packet(8, Buffer.concat([Buffer.from([1]), deflateRawSync(data)]));

describe('parsing the content of a signature', () => {
  it('reads what gpg signed, without verifying it', async () => {
    expect(await parseContent(fixture('simple-signing.gpg').toString('base64'))).toEqual({
      imageIdentity: 'registry.example.com/team/app:1',
      signedClaims: {
        'critical.type': 'atomic container signature',
        'critical.image.docker-manifest-digest': `sha256:${'a'.repeat(64)}`,
        'critical.identity.docker-reference': 'registry.example.com/team/app:1',
        'optional.creator': 'example signer 1.0',
        'optional.timestamp': '1772600767',
      },
      created: '2026-03-04T05:06:07Z',
      issuedBy: { commonName: 'signer@example.com' },
      issuedTo: { commonName: 'signer@example.com', publicKeyID: '5D96AF36F4BF8A33C981CB86C3476A52844B86FA' },
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a signature')],
    ['a signature without what it signs', fixture('detached.gpg')],
    ['a message that nobody signed', literal(Buffer.from('{"critical":{}}'))],
    ['a message that was cut off', fixture('simple-signing.gpg').subarray(0, 300)],
    ['a small message that unpacks to a big one', compressed(literal(Buffer.alloc(8 * 1024 * 1024)))],
    ['a message that is too long to look into', Buffer.concat([fixture('simple-signing.gpg'), Buffer.alloc(70_000)])],
  ])('claims nothing for %s', async (_what, content) => {
    expect(await parseContent(content.toString('base64'))).toEqual({});
  });

  it('never fails, whatever it is given', async () => {
    const signed = fixture('simple-signing.gpg');
    const flips = fc.array(fc.tuple(fc.nat(signed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const bytes = Buffer.from(signed);
        for (const [at, value] of changes) bytes[at] = value;
        expect(await parseContent(bytes.toString('base64'))).toBeTypeOf('object');
      }),
      { numRuns: 200 },
    );
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await parseContent(text)).toBeTypeOf('object');
      }),
      { numRuns: 200 },
    );
  });
});
