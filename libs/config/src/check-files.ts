import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import type { ConfigurationProblem } from './configuration-error.js';
import type { Configuration } from './configuration.js';

/** Files that the configuration names must be there at the start, rather than be missed when they are first needed. */
export function checkFiles({ tls, access, images }: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const missing = tls.certFile === undefined ? 'certFile' : 'keyFile';
    problems.push({ where: `tls.${missing}`, message: 'must be set, because its counterpart is' });
  }
  if ((access.oidc.issuer === undefined) !== (access.oidc.audience === undefined)) {
    const missing = access.oidc.issuer === undefined ? 'issuer' : 'audience';
    problems.push({ where: `access.oidc.${missing}`, message: 'must be set, because its counterpart is' });
  }
  const { rbacDirectory } = access;
  if (rbacDirectory !== undefined && !isFolder(rbacDirectory)) {
    problems.push({ where: 'access.rbacDirectory', message: 'must be a folder that can be read' });
  }
  const files = {
    'tls.certFile': tls.certFile,
    'tls.keyFile': tls.keyFile,
    'access.tokenFile': access.tokenFile,
    'access.clientCaFile': access.clientCaFile,
    'access.requestHeader.caFile': access.requestHeader.caFile,
    'access.oidc.caFile': access.oidc.caFile,
    'images.additionalTrustedCA': images.additionalTrustedCA,
  };
  for (const [where, path] of Object.entries(files)) {
    const why = path === undefined ? undefined : unreadable(path);
    if (why !== undefined) problems.push({ where, message: `must be a file that can be read: ${why}` });
  }
  return problems;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
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
