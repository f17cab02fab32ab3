import type { TableDefinition } from '../storage/resource.js';

/** The table of a resource that has none of its own. */
export const DEFAULT_TABLE: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', description: 'Name of the object, unique within its namespace.' },
    { name: 'Created At', type: 'date', description: 'When the object was created.' },
  ],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? null],
};
