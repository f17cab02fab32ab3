import type { TableColumn } from '#lib/kube-api';

export const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique in its namespace.',
};

export const column = (name: string, description: string, priority = 0): TableColumn => ({
  name,
  type: 'string',
  description,
  priority,
});
