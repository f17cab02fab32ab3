import type { KubeObject } from '#lib/kube-api';

/** A Secret as it is stored and shown. */
export interface SecretObject extends KubeObject {
  readonly kind: 'Secret';
  readonly apiVersion: 'v1';
  readonly metadata: KubeObject['metadata'] & { readonly namespace: string };
  readonly type: SecretType;
  /** Base64 by key. */
  readonly data?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

/** A Secret as a client sends it. */
export interface SubmittedSecret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  /** Plain text by key; goes into `data`. */
  readonly stringData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

/** Credentials of registries in the two formats that Docker has had, and anything else. */
export const SECRET_TYPES = ['Opaque', 'kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson'] as const;
export type SecretType = (typeof SECRET_TYPES)[number];

/** The two types that imports find credentials in, with the key that holds the file. */
export const PULL_SECRET_KEYS: Readonly<Record<Exclude<SecretType, 'Opaque'>, string>> = {
  'kubernetes.io/dockercfg': '.dockercfg',
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};

export const isPullSecretType = (type: SecretType): type is keyof typeof PULL_SECRET_KEYS => type !== 'Opaque';
