import { partialObjectMetadata } from './partial-object-metadata.js';
import type { MetaVersion, ObjectWithMetadata } from './partial-object-metadata.js';

/** A column that the server prints for `kubectl get`. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'date';
  /** `name` marks the column that names the object. */
  readonly format?: 'name' | 'date-time' | 'int32' | 'int64';
  readonly description: string;
  /** 0 is always shown; anything above only with `-o wide`. */
  readonly priority?: number;
}

export type TableCell = string | number | boolean | null;

/** What a row carries of its object: its metadata, all of it, or nothing. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

export interface TableRow {
  readonly cells: readonly TableCell[];
  readonly object?: object;
}

export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: object;
  readonly columnDefinitions: readonly object[];
  readonly rows: readonly TableRow[];
}

/** `metadata` is that of the list. Of the tables of a watch only the first needs its columns. */
export const buildTable = (
  version: MetaVersion,
  metadata: object,
  columns: readonly TableColumn[],
  rows: readonly TableRow[],
): Table => ({
  kind: 'Table',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  columnDefinitions: tableColumns(columns),
  rows,
});

/** Columns with everything said: clients expect an empty `format` and a `priority` of 0, and not their absence. */
export const tableColumns = (columns: readonly TableColumn[]): readonly object[] =>
  columns.map(({ name, type, format, description, priority = 0 }) => ({
    name,
    type,
    format: format ?? '',
    description,
    priority,
  }));

export function tableRow(
  cells: readonly TableCell[],
  object: ObjectWithMetadata,
  include: IncludeObject,
  version: MetaVersion = 'v1',
): TableRow {
  switch (include) {
    case 'None':
      return { cells };
    case 'Object':
      return { cells, object };
    case 'Metadata':
      return { cells, object: partialObjectMetadata(object, version) };
  }
}
