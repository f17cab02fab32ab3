import type { ListOptions } from '../selection/list-options.js';
import type { ObjectView, ResourceDefinition, Selection } from '../storage/resource.js';

/** What the selectors of a request choose; `undefined` when they choose everything. */
export function selectionOf(
  definition: ResourceDefinition,
  { labelSelector, fieldSelector }: ListOptions,
): Selection | undefined {
  const all = labelSelector.requirements.length === 0;
  const anyField = fieldSelector.requirements.length === 0;
  if (all && anyField) return undefined;
  const name = fieldSelector.exactly('metadata.name');
  return {
    ...(name === undefined ? {} : { name }),
    labels: labelSelector.matches,
    ...(anyField
      ? {}
      : { fields: (view: ObjectView) => fieldSelector.matches((field) => fieldOf(definition, view, field)) }),
  };
}

/** Whether a selection, if there is one, takes an object. */
export const isSelected = (selection: Selection | undefined, view: ObjectView): boolean =>
  selection === undefined || (selection.labels(view.labels) && (selection.fields?.(view) ?? true));

function fieldOf({ selectableFields }: ResourceDefinition, view: ObjectView, field: string): string {
  if (field === 'metadata.name') return view.name;
  if (field === 'metadata.namespace') return view.namespace ?? '';
  return selectableFields?.[field]?.(view.object()) ?? '';
}
