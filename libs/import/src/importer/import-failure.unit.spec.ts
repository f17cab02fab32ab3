import { describe, expect, it } from 'vitest';
import { parseReference, RegistryError } from '#lib/registry';
import {
  fetchFailure,
  isBadCredentials,
  listingFailure,
  someTagsFailed,
  unreadableReference,
} from './import-failure.js';

const busybox = parseReference('busybox');
const quay = parseReference('quay.io/a/b:1');

describe('why an image could not be fetched', () => {
  it('names an unknown image by its full reference', () => {
    expect(fetchFailure(new RegistryError('manifest-unknown', 'no'), busybox)).toEqual({
      reason: 'NotFound',
      code: 404,
      message: 'dockerimage.image.openshift.io "docker.io/library/busybox:latest" not found',
      details: {
        name: 'docker.io/library/busybox:latest',
        group: 'image.openshift.io',
        kind: 'dockerimage',
      },
    });
  });

  it('tells missing credentials, missing rights and wrong passwords apart', () => {
    const error = new RegistryError('unauthorized', 'no', { credentialsSent: true });
    const text = 'you may not have access to the container image "quay.io/a/b:1"';
    expect(fetchFailure(error, quay)).toEqual({ reason: 'Unauthorized', code: 401, message: text });
    const anonymous = new RegistryError('unauthorized', 'no', { credentialsSent: false });
    expect(fetchFailure(anonymous, quay).message).toBe(`${text} and did not have credentials to the repository`);
    const wrong = fetchFailure(new RegistryError('bad-credentials', 'no'), quay);
    expect(wrong.message).toBe('incorrect username or password for image "quay.io/a/b:1"');
    expect([wrong, fetchFailure(error, quay)].map(isBadCredentials)).toEqual([true, false]);
  });

  it('says what to do about a registry without TLS, and about something that is no registry', () => {
    expect(fetchFailure(new RegistryError('http-only-needs-insecure', 'no'), quay)).toMatchObject({
      reason: 'BadRequest',
      code: 400,
      message: 'the repository quay.io/a/b is HTTP only and requires the insecure flag to import',
    });
    expect(fetchFailure(new RegistryError('not-a-registry', 'no', { host: 'quay.io' }), quay)).toMatchObject({
      reason: 'NotV2Registry',
      code: 403,
      message: '.image.openshift.io is forbidden: registry "quay.io" does not support the v2 Registry API',
    });
  });

  it('says what was blocked', () => {
    expect(fetchFailure(new RegistryError('blocked', 'registry quay.io blocked'), quay)).toEqual({
      reason: 'Forbidden',
      code: 403,
      message: 'forbidden: registry quay.io blocked',
    });
  });

  it.each(['unreachable', 'denied', 'name-unknown', 'timed-out', 'too-large', 'unavailable'] as const)(
    'puts the reference before what went wrong: %s',
    (code) => {
      expect(fetchFailure(new RegistryError(code, 'it broke'), busybox)).toMatchObject({
        reason: 'InternalError',
        code: 500,
        message: 'Internal error occurred: docker.io/library/busybox:latest: it broke',
      });
    },
  );

  it.each(['digest-mismatch', 'unsupported-manifest', 'malformed', 'all-sources-failed'] as const)(
    'leaves what names its subject itself as it is: %s',
    (code) => {
      expect(fetchFailure(new RegistryError(code, 'it broke'), busybox).message).toBe(
        'Internal error occurred: it broke',
      );
    },
  );
});

describe('why a repository could not be listed', () => {
  it('names the repository as the user wrote it', () => {
    expect(listingFailure(new RegistryError('name-unknown', 'no'), busybox)).toMatchObject({
      reason: 'NotFound',
      message: 'dockerimage.image.openshift.io "busybox" not found',
    });
    expect(listingFailure(new RegistryError('unauthorized', 'no', { credentialsSent: true }), busybox)).toMatchObject({
      reason: 'Unauthorized',
      message: 'you may not have access to the container image "busybox"',
    });
    expect(listingFailure(new RegistryError('unreachable', 'it broke'), busybox)).toMatchObject({
      message: 'Internal error occurred: it broke',
    });
  });

  it('counts the tags that failed', () => {
    expect(someTagsFailed(1).message).toBe('one of the images from this repository failed to import');
    expect(someTagsFailed(3).message).toBe('3 of the images from this repository failed to import');
  });
});

describe('a reference that cannot be read', () => {
  it('is invalid, with kind and name left empty', () => {
    expect(unreadableReference('*', 'invalid reference format')).toMatchObject({
      reason: 'Invalid',
      code: 422,
      message: ' "" is invalid: from.name: Invalid value: "*": invalid name: invalid reference format',
    });
  });
});
