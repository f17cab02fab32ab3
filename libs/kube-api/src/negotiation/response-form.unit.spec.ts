import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { acceptsGzip } from './content-encoding.js';
import { responseForm, watchForm } from './response-form.js';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

describe('the form of an answer', () => {
  it.each([
    [undefined, { as: 'Object' }],
    ['application/json, */*', { as: 'Object' }],
    ['application/vnd.kubernetes.protobuf,application/json', { as: 'Object' }],
    [`${TABLE},application/json`, { as: 'Table', version: 'v1' }],
    [`application/json;as=Table;g=meta.k8s.io;v=v1beta1,application/json`, { as: 'Table', version: 'v1beta1' }],
    [
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      { as: 'PartialObjectMetadata', version: 'v1' },
    ],
    ['application/yaml', { as: 'Object', yaml: true }],
  ])('for %s is the first that can be made', (accept, form) => {
    expect(responseForm(accept)).toEqual(form);
  });

  it('of a watch is never YAML', () => {
    expect(watchForm('application/yaml, application/json')).toEqual({ as: 'Object' });
  });

  it('is found or refused for any header', () => {
    const piece = fc.constantFrom(TABLE, 'application/json', 'application/yaml', ',', ';', '=', 'as', 'g', 'v', '*/*');
    const header = fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(header, (accept) => {
        for (const choose of [responseForm, watchForm]) {
          try {
            expect(['Object', 'Table', 'PartialObjectMetadata']).toContain(choose(accept).as);
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            expect(error.code).toBe(406);
          }
        }
        expect(typeof acceptsGzip({ method: 'GET', headers: { 'accept-encoding': accept } })).toBe('boolean');
      }),
    );
  });
});
