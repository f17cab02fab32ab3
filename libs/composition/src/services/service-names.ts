/** The processes of a distributed installation, as the common names of their certificates call them. */
export const SERVICE_NAMES = [
  'gateway',
  'image-service',
  'stream-service',
  'import-service',
  'signature-service',
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** Who has reason to call whom. */
export const CALLERS: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  gateway: ['import-service'],
  'image-service': ['gateway', 'import-service'],
  'stream-service': ['gateway', 'import-service'],
  'import-service': ['gateway'],
  'signature-service': ['gateway'],
};

/** Key of the configuration that says where a service is. */
export const ADDRESS_KEYS = {
  gateway: 'pullSecrets',
  'image-service': 'image',
  'stream-service': 'stream',
  'import-service': 'import',
  'signature-service': 'signature',
} as const satisfies Readonly<Record<ServiceName, string>>;
