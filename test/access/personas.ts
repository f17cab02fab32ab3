/** The namespace that the matrix is about. */
export const NAMESPACE = 'team';
/** A namespace in which somebody has every right, and which the matrix is not about. */
export const OTHER_NAMESPACE = 'other';

export interface Persona {
  readonly name: 'anonymous' | 'other' | 'viewer' | 'editor' | 'pusher' | 'admin';
  /** Absent for somebody who does not say who they are. */
  readonly token?: string;
  /** The cluster role that they have, and where. */
  readonly role?: { readonly name: string; readonly namespace: string };
}

/** Those who come to the server. All but the first are users, and have what every user has. */
export const PERSONAS: readonly Persona[] = [
  { name: 'anonymous' },
  { name: 'other', token: 'token-of-other', role: { name: 'admin', namespace: OTHER_NAMESPACE } },
  { name: 'viewer', token: 'token-of-viewer', role: { name: 'view', namespace: NAMESPACE } },
  { name: 'editor', token: 'token-of-editor', role: { name: 'edit', namespace: NAMESPACE } },
  { name: 'pusher', token: 'token-of-pusher', role: { name: 'system:image-pusher', namespace: NAMESPACE } },
  { name: 'admin', token: 'token-of-admin', role: { name: 'admin', namespace: NAMESPACE } },
];

/** The token file of the server. */
export const tokenFile = (): string =>
  PERSONAS.flatMap(({ name, token }) => (token === undefined ? [] : [`${token},${name},uid-of-${name}`])).join('\n');

/** What each persona was given, as the API takes it. */
export const bindings = () =>
  PERSONAS.flatMap(({ name, role }) =>
    role === undefined
      ? []
      : [
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: `of-${name}`, namespace: role.namespace },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.name },
            subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
          },
        ],
  );
