import { describe, expect, it } from 'vitest';
import { object, string } from '../schema/schema.js';
import { ApiError } from '../status.js';
import { applyPatch } from './apply-patch.js';

const thing = object('com.example.v1.Thing', 'A thing.', { name: string('Name.') });
const apply = (type: string, body: string): unknown => applyPatch(type, thing, { name: 'a', labels: { x: '1' } }, body);

describe('applyPatch', () => {
  it('picks the form of the patch by the media type', () => {
    expect(apply('application/json-patch+json', '[{"op":"replace","path":"/name","value":"b"}]')).toMatchObject({
      name: 'b',
    });
    expect(apply('application/merge-patch+json; charset=utf-8', '{"labels":{"x":null,"y":"2"}}')).toEqual({
      name: 'a',
      labels: { y: '2' },
    });
    expect(apply('Application/Strategic-Merge-Patch+JSON', '{"labels":{"$patch":"replace"}}')).toEqual({
      name: 'a',
      labels: {},
    });
  });

  it('refuses other media types with the list of its own', () => {
    for (const type of ['', 'application/json', 'application/apply-patch+cbor']) {
      expect(() => apply(type, '{}')).toThrow(
        new ApiError(
          'UnsupportedMediaType',
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
        ),
      );
    }
  });

  it('refuses a body that is not JSON, and a result that is not an object', () => {
    expect(() => apply('application/merge-patch+json', '{')).toThrow('not valid JSON');
    expect(() => apply('application/merge-patch+json', '[]')).toThrow('a merge patch is an object');
    expect(() => apply('application/json-patch+json', '[{"op":"replace","path":"","value":1}]')).toThrow(
      'not an object',
    );
  });

  it('refuses a result that is nested too deeply', () => {
    const steps = Array.from({ length: 1000 }, () => [
      { op: 'add', path: '/n', value: {} },
      { op: 'move', from: '/labels', path: '/n/labels' },
      { op: 'move', from: '/n', path: '/labels' },
    ]).flat();
    expect(() => apply('application/json-patch+json', JSON.stringify(steps))).toThrow('levels deep');
  });

  it('takes __proto__ in a merge patch for a field like any other', () => {
    const result = apply('application/merge-patch+json', '{"__proto__":{"polluted":{"a":1}}}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
