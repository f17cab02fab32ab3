import { closeSync, fstatSync, openSync } from 'node:fs';
import type { ConfigurationProblem } from './configuration-error.js';
import type { Configuration } from './configuration.js';

/** Files that the configuration names must be there at the start, rather than be missed when they are first needed. */
export function checkFiles({ tls, images }: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const missing = tls.certFile === undefined ? 'certFile' : 'keyFile';
    problems.push({ where: `tls.${missing}`, message: 'must be set, because its counterpart is' });
  }
  const files = {
    'tls.certFile': tls.certFile,
    'tls.keyFile': tls.keyFile,
    'images.additionalTrustedCA': images.additionalTrustedCA,
  };
  for (const [where, path] of Object.entries(files)) {
    const why = path === undefined ? undefined : unreadable(path);
    if (why !== undefined) problems.push({ where, message: `must be a file that can be read: ${why}` });
  }
  return problems;
}

function unreadable(path: string): string | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      return fstatSync(file).isFile() ? undefined : 'it is no file';
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  }
}
