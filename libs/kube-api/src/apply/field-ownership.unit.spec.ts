import { describe, expect, it } from 'vitest';
import { widgetShape } from '../openapi/widget.fixture.js';
import type { JsonObject, JsonValue } from '../schema/json.js';
import { ApiError } from '../status.js';
import { applyConfiguration, ownersAfterUpdate, type ApplyOptions } from './field-ownership.js';
import { pathsOf } from './field-set.js';
import { fieldsOfLastApplied } from './last-applied.js';
import { decodeManagedFields, encodeManagedFields, type Manager, type Ownership } from './managers.js';
import { printPath } from './path-element.js';

const NOW = '2026-03-01T10:00:00Z';
const manager = (name: string, operation: Manager['operation'] = 'Apply'): Manager => ({
  ...{ name, operation, apiVersion: 'toys.example.com/v1', subresource: '' },
});

/** An object and its owners, through the writes of several managers. */
class Example {
  object: JsonObject = {};
  owners: readonly Ownership[] = [];

  apply(name: string, config: JsonObject, options: Partial<ApplyOptions> = {}): this {
    const applied = applyConfiguration(this.write(manager(name)), config, {
      ...{ force: false, complete: (part: JsonObject) => part },
      ...options,
    });
    this.object = applied.object;
    this.owners = applied.owners;
    return this;
  }

  update(name: string, object: JsonObject): this {
    this.owners = ownersAfterUpdate(this.write(manager(name, 'Update')), object);
    this.object = object;
    return this;
  }

  /** Somebody writes by a way on which nobody keeps owners. */
  change(object: JsonObject): this {
    this.object = object;
    return this;
  }

  fields(name: string): string[] {
    const owner = this.owners.find((candidate) => candidate.name === name);
    return owner === undefined ? [] : [...pathsOf(owner.fields)].map(printPath);
  }

  conflict(name: string, config: JsonObject, options: Partial<ApplyOptions> = {}): ApiError {
    try {
      this.apply(name, config, options);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
    throw new Error('nothing was in the way');
  }

  private write(by: Manager) {
    return { schema: widgetShape, live: this.object, owners: this.owners, manager: by, now: NOW };
  }
}

const tags = (...list: JsonObject[]): JsonObject => ({ spec: { tags: list } });

describe('applying a configuration', () => {
  it('creates what it says, and owns just that', () => {
    const example = new Example().apply('a', { spec: { colour: 'red', tags: [{ name: 'x', weight: 1 }] } });
    expect(example.object).toEqual({ spec: { colour: 'red', tags: [{ name: 'x', weight: 1 }] } });
    expect(example.fields('a')).toEqual([
      '.spec.colour',
      '.spec.tags[name="x"]',
      '.spec.tags[name="x"].name',
      '.spec.tags[name="x"].weight',
    ]);
  });

  it('merges elements by their key and leaves what others added', () => {
    const example = new Example()
      .apply('a', tags({ name: 'x', weight: 1 }))
      .apply('b', tags({ name: 'y' }, { name: 'x', mode: 'Slow' }));
    expect(example.object).toEqual(tags({ name: 'x', weight: 1, mode: 'Slow' }, { name: 'y' }));
  });

  it('removes what is no longer applied and owned by nobody else', () => {
    const example = new Example()
      .apply('a', { metadata: { labels: { one: '1', two: '2' } }, ...tags({ name: 'x' }, { name: 'y', weight: 1 }) })
      .apply('b', { metadata: { labels: { two: '2' } }, ...tags({ name: 'y' }) })
      .apply('a', { metadata: { labels: {} } });
    expect(example.object).toEqual({ metadata: { labels: { two: '2' } }, ...tags({ name: 'y' }) });
    expect(example.fields('a')).toEqual(['.metadata.labels']);
  });

  it('lets go of a value without removing it when somebody else set it too', () => {
    const example = new Example().apply('a', { spec: { colour: 'red' } }).apply('b', { spec: { colour: 'red' } });
    example.apply('a', { spec: { key: 'aGk=' } });
    expect(example.object).toEqual({ spec: { colour: 'red', key: 'aGk=' } });
    expect(example.fields('b')).toEqual(['.spec.colour']);
  });

  it('keeps what nobody owns inside of an object, and removes it with an element of a list', () => {
    const example = new Example().apply('a', { spec: { policy: { local: true }, tags: [{ name: 'x' }] } });
    example.change({ spec: { policy: { local: true, extra: 1 }, tags: [{ name: 'x', mode: 'Fast' }] } });
    example.apply('a', { spec: { colour: 'red' } });
    expect(example.object).toEqual({ spec: { policy: { extra: 1 }, colour: 'red' } });
  });

  it('drops an object that it emptied', () => {
    const example = new Example().apply('a', { spec: { colour: 'red', policy: { local: true } } });
    expect(example.apply('a', { spec: { colour: 'red' } }).object).toEqual({ spec: { colour: 'red' } });
  });

  it('owns free-form content and plain lists as a whole, and sets by their values', () => {
    const example = new Example().apply('a', { spec: { content: { deep: { er: 1 } }, words: ['p', 'q'] } });
    example.apply('b', { spec: { words: ['q', 'r'] } });
    expect(example.fields('a')).toEqual(['.spec.content', '.spec.words[="p"]', '.spec.words[="q"]']);
    expect(example.apply('a', {}).object).toEqual({ spec: { words: ['q', 'r'] } });
  });

  it('changes neither object nor owners when it is repeated', () => {
    const config = { metadata: { annotations: { note: 'x' } }, ...tags({ name: 'x', weight: 1 }) };
    const example = new Example().update('u', { spec: { colour: 'red' } }).apply('a', config);
    const { object, owners } = example;
    example.apply('a', config);
    expect(example.object).toEqual(object);
    expect(encodeManagedFields(example.owners)).toEqual(encodeManagedFields(owners));
  });
});

describe('conflicts', () => {
  it('name the manager and the field', () => {
    const example = new Example().update('kubectl-edit', tags({ name: 'latest', weight: 1 }));
    const error = example.conflict('a', tags({ name: 'latest', weight: 2 }));
    expect(error.toStatus()).toEqual({
      ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Conflict', code: 409 },
      message:
        'Apply failed with 1 conflict: conflict with "kubectl-edit" using toys.example.com/v1: .spec.tags[name="latest"].weight',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-edit" using toys.example.com/v1',
            field: '.spec.tags[name="latest"].weight',
          },
        ],
      },
    });
  });

  it('are listed by manager', () => {
    const example = new Example()
      .apply('b', { spec: { colour: 'red', policy: { local: true } } })
      .update('u', { spec: { colour: 'red', policy: { local: true }, key: 'aGk=' } });
    const { message } = example.conflict('a', { spec: { colour: 'blue', policy: { local: false }, key: 'aA==' } });
    expect(message).toBe(
      [
        'Apply failed with 3 conflicts: conflicts with "b":',
        '- .spec.colour',
        '- .spec.policy.local',
        'conflicts with "u" using toys.example.com/v1:',
        '- .spec.key',
      ].join('\n'),
    );
  });

  it('do not arise over values that are the same', () => {
    const example = new Example().update('u', { spec: { colour: 'red' } }).apply('a', { spec: { colour: 'red' } });
    expect([example.fields('a'), example.fields('u')]).toEqual([['.spec.colour'], ['.spec', '.spec.colour']]);
  });

  it('are overcome by force, which takes the field away from its owner', () => {
    const example = new Example()
      .apply('b', { spec: { colour: 'red', key: 'aGk=' } })
      .apply('a', { spec: { colour: 'blue' } }, { force: true });
    expect(example.object).toEqual({ spec: { colour: 'blue', key: 'aGk=' } });
    expect([example.fields('a'), example.fields('b')]).toEqual([['.spec.colour'], ['.spec.key']]);
    expect(example.conflict('b', { spec: { colour: 'red', key: 'aGk=' } }).code).toBe(409);
  });

  it('arise with whatever was there before anybody was recorded', () => {
    const example = new Example().change({ spec: { colour: 'red' } });
    expect(example.conflict('a', { spec: { colour: 'blue' } }).message).toContain('"before-first-apply"');
    example.apply('a', { spec: { colour: 'red' } });
    expect(example.fields('before-first-apply')).toEqual(['.spec', '.spec.colour']);
  });

  it('do not arise over what went away unseen', () => {
    const example = new Example().update('u', tags({ name: 'x', weight: 1 })).change({ spec: {} });
    expect(example.apply('a', tags({ name: 'x', weight: 2 })).object).toEqual(tags({ name: 'x', weight: 2 }));
  });

  it('do not arise over what a client-side apply set and nobody changed since', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const applied = { spec: { colour: 'red', key: 'aGk=' } };
    const live = { metadata: { annotations: { [annotation]: JSON.stringify(applied) } }, ...applied };
    const example = new Example().update('kubectl-client-side-apply', live);
    const allowed = (object: JsonObject) => fieldsOfLastApplied(widgetShape, object);
    const edited = new Example().update('kubectl-client-side-apply', live);
    edited.update('kubectl-edit', { ...live, spec: { colour: 'green', key: 'aGk=' } });
    const wanted = { spec: { colour: 'blue', key: 'aA==' } };
    expect(example.apply('kubectl', wanted, { allowed }).object).toMatchObject(wanted);
    expect(edited.conflict('kubectl', wanted, { allowed }).details.causes).toMatchObject([{ field: '.spec.colour' }]);
  });
});

describe('other writes', () => {
  it('own what they add and change, and what they remove is nobody’s', () => {
    const example = new Example().apply('a', { spec: { colour: 'red', key: 'aGk=' } });
    example.update('u', { spec: { colour: 'blue', words: ['p'] } });
    expect(example.fields('u')).toEqual(['.spec.colour', '.spec.words', '.spec.words[="p"]']);
    expect(example.fields('a')).toEqual([]);
  });

  it('change no owners when they change nothing', () => {
    const example = new Example().apply('a', { spec: { colour: 'red' } });
    const { owners } = example;
    expect(encodeManagedFields(example.update('u', { spec: { colour: 'red' } }).owners)).toEqual(
      encodeManagedFields(owners),
    );
  });

  it('are remembered for the last ten managers, and the older ones as one', () => {
    const example = new Example();
    for (let i = 0; i < 15; i++) {
      example.update(`u${i}`, { metadata: { labels: Object.fromEntries(keysTo(i)) } });
    }
    expect(example.owners).toHaveLength(10);
    expect(example.fields('ancient-changes')).toContain('.metadata.labels.l0');
    expect(example.fields('u14')).toEqual(['.metadata.labels.l14']);
  });
});

const keysTo = (last: number): [string, string][] => Array.from({ length: last + 1 }, (_, i) => [`l${i}`, '']);

describe('managedFields', () => {
  it('are written as FieldsV1 and read back', () => {
    const { owners } = new Example()
      .update('u', { metadata: { labels: { one: '1' } } })
      .apply('a', { spec: { policy: {}, words: ['p'], tags: [{ name: 'x' }] } });
    const entries = encodeManagedFields(owners);
    expect(entries).toEqual([
      {
        ...{ manager: 'a', operation: 'Apply', apiVersion: 'toys.example.com/v1', time: NOW, fieldsType: 'FieldsV1' },
        fieldsV1: {
          'f:spec': {
            'f:policy': {},
            'f:tags': { 'k:{"name":"x"}': { '.': {}, 'f:name': {} } },
            'f:words': { 'v:"p"': {} },
          },
        },
      },
      {
        ...{ manager: 'u', operation: 'Update', apiVersion: 'toys.example.com/v1', time: NOW, fieldsType: 'FieldsV1' },
        fieldsV1: { 'f:metadata': { '.': {}, 'f:labels': { '.': {}, 'f:one': {} } } },
      },
    ]);
    const read = decodeManagedFields(JSON.parse(JSON.stringify(entries)) as JsonValue);
    expect(read && encodeManagedFields(read)).toEqual(entries);
  });

  it.each([
    ['no list', {}],
    ['an entry without a version', [{ manager: 'a', operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1: {} }]],
    ['another operation', [entry({ operation: 'Delete' })]],
    ['another format', [entry({ fieldsType: 'FieldsV2' })]],
    ['what is no path', [entry({ fieldsV1: { nonsense: {} } })]],
    ['a path that ends in a value', [entry({ fieldsV1: { 'f:spec': 1 } })]],
    ['a key that is no JSON', [entry({ fieldsV1: { 'k:{': {} } })]],
  ])('are not taken when they are %s', (_, json) => {
    expect(decodeManagedFields(json as unknown as JsonValue)).toBeUndefined();
  });
});

function entry(change: object): object {
  return { manager: 'a', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {}, ...change };
}
