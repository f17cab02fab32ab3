import type { RoleAggregation, RoleSelector } from '#lib/events';

type Labels = Readonly<Record<string, string>>;

/** Whether the rules of a role with these labels belong to one that aggregates. An empty selector takes every role. */
export const aggregates = ({ clusterRoleSelectors }: RoleAggregation, labels: Labels): boolean =>
  clusterRoleSelectors.some((selector) => selects(selector, labels));

function selects({ matchLabels = {}, matchExpressions = [] }: RoleSelector, labels: Labels): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  return (
    Object.entries(matchLabels).every(([key, value]) => has(key) && labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'In':
          return has(key) && values.includes(labels[key] ?? '');
        case 'NotIn':
          return !has(key) || !values.includes(labels[key] ?? '');
        case 'Exists':
          return has(key);
        case 'DoesNotExist':
          return !has(key);
        default:
          return false;
      }
    })
  );
}
