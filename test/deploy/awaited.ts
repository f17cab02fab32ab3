/**
 * What the manifests of the distributed form already name and this tree does not have yet. What is there is checked, awaited or
 * not; once all of it is, this file goes.
 */
export const AWAITED = {
  apps: ['gateway', 'image-service', 'stream-service', 'import-service', 'signature-service'] as readonly string[],
  programs: ['apps/tagline/src/cli/certificates'] as readonly string[],
  /** Beginnings of variables. */
  settings: ['TAGLINE_SERVICES_'] as readonly string[],
};
