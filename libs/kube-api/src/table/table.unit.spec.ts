import { describe, expect, it } from 'vitest';
import { DEFAULT_TABLE } from './default-table.js';
import { humanAgo, humanDuration } from './human-duration.js';
import { partialObjectMetadataList } from './partial-object-metadata.js';
import { buildTable, tableRow } from './table.js';

const widget = {
  kind: 'Widget',
  apiVersion: 'example.com/v1',
  metadata: { name: 'a', creationTimestamp: '2026-11-24T00:00:00Z', labels: { x: 'y' } },
  spec: {},
};

describe('table', () => {
  it('shows name and creation time of resources without columns of their own', () => {
    const row = tableRow(DEFAULT_TABLE.cells(widget, new Date(0)), widget, 'Metadata');
    expect(buildTable('v1', { resourceVersion: '7' }, DEFAULT_TABLE.columns, [row])).toEqual({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7' },
      columnDefinitions: [
        {
          name: 'Name',
          type: 'string',
          format: 'name',
          description: DEFAULT_TABLE.columns[0]?.description,
          priority: 0,
        },
        {
          name: 'Created At',
          type: 'date',
          format: '',
          description: DEFAULT_TABLE.columns[1]?.description,
          priority: 0,
        },
      ],
      rows: [
        {
          cells: ['a', '2026-11-24T00:00:00Z'],
          object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: widget.metadata },
        },
      ],
    });
  });

  it('carries all of the object, or nothing of it, when asked to', () => {
    expect(tableRow(['a'], widget, 'Object')).toEqual({ cells: ['a'], object: widget });
    expect(tableRow(['a'], widget, 'None')).toStrictEqual({ cells: ['a'] });
  });
});

describe('partial object metadata', () => {
  it('leaves out everything else', () => {
    expect(partialObjectMetadataList({ resourceVersion: '7' }, [widget], 'v1beta1')).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1beta1',
      metadata: { resourceVersion: '7' },
      items: [{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1beta1', metadata: widget.metadata }],
    });
  });
});

describe('human duration', () => {
  const second = 1000;
  const minute = 60 * second;
  const hour = 60 * minute;
  const day = 24 * hour;

  it.each([
    [-hour, 'Less than a second'],
    [999, 'Less than a second'],
    [second, '1 second'],
    [59.9 * second, '59 seconds'],
    [minute, 'About a minute'],
    [119 * second, 'About a minute'],
    [59 * minute, '59 minutes'],
    [hour, 'About an hour'],
    [89 * minute, 'About an hour'],
    [90 * minute, '2 hours'],
    [47 * hour, '47 hours'],
    [48 * hour, '2 days'],
    [13 * day, '13 days'],
    [14 * day, '2 weeks'],
    [59 * day, '8 weeks'],
    [60 * day, '2 months'],
    [729 * day, '24 months'],
    [730 * day, '2 years'],
  ])('says %d ms as %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text);
    expect(humanAgo(milliseconds)).toBe(`${text} ago`);
  });
});
