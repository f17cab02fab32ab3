import { describe, expect, it } from 'vitest';
import { fieldWarnings, parseFieldValidation } from './field-validation.js';
import { object } from './schema.js';

const stream = object('com.example.image.v1.ImageStream', 'A stream.', {});
const found = { unknown: ['spec.tagz'], duplicates: ['spec.tags[0].name'] };

describe('field validation', () => {
  it('ignores, warns or refuses', () => {
    expect(fieldWarnings('Ignore', stream, found)).toEqual([]);
    expect(fieldWarnings('Warn', stream, found)).toEqual([
      'duplicate field "spec.tags[0].name"',
      'unknown field "spec.tagz"',
    ]);
    expect(() => fieldWarnings('Strict', stream, found)).toThrow(
      'ImageStream in version "v1" cannot be handled as a ImageStream: strict decoding error: ' +
        'duplicate field "spec.tags[0].name", unknown field "spec.tagz"',
    );
    expect(fieldWarnings('Strict', stream, { unknown: [], duplicates: [] })).toEqual([]);
  });

  it('reads the parameter', () => {
    expect(parseFieldValidation(new URLSearchParams('fieldValidation=Strict'), 'CreateOptions')).toBe('Strict');
    expect(parseFieldValidation(new URLSearchParams(), 'CreateOptions', 'Ignore')).toBe('Ignore');
    expect(() => parseFieldValidation(new URLSearchParams('fieldValidation=x'), 'PatchOptions')).toThrow(
      'PatchOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "x": supported values: "Ignore", "Strict", "Warn"',
    );
  });
});
