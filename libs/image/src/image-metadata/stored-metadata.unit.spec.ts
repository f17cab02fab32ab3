import { describe, expect, it } from 'vitest';
import { normaliseMetadata } from './stored-metadata.js';

const json = (metadata: unknown, version?: string): unknown => {
  const result = normaliseMetadata(metadata, version);
  return result.ok ? result.json : result.problem;
};

describe('dockerImageMetadata', () => {
  it('is a stub for an image that says nothing', () => {
    const stub = {
      kind: 'DockerImage',
      apiVersion: 'image.openshift.io/1.0',
      Id: '',
      Created: null,
      ContainerConfig: {},
    };
    expect(json(undefined)).toEqual(stub);
    expect(json(null, '')).toEqual(stub);
    expect(json({}, '1.0')).toEqual(stub);
  });

  it('loses keys that are unknown or empty, and keeps an empty Config', () => {
    expect(
      json({ Id: 'x', os: 'linux', Config: { Healthcheck: {}, User: '', Env: [] }, Parent: '', Size: 0, rootfs: {} }),
    ).toEqual({
      kind: 'DockerImage',
      apiVersion: 'image.openshift.io/1.0',
      Id: 'x',
      Created: null,
      ContainerConfig: {},
      Config: {},
    });
  });

  it.each([
    ['2020-02-03T04:05:06.999999999Z', '2020-02-03T04:05:06Z'],
    ['2020-02-03T04:05:06+02:00', '2020-02-03T02:05:06Z'],
    ['0001-01-01T00:00:00Z', null],
  ])('writes the time %s as %s', (sent, written) => {
    expect(json({ Created: sent })).toMatchObject({ Created: written });
  });

  it.each(['2020-02-30T00:00:00Z', 'yesterday', '2020-01-01'])('refuses the time %s', (sent) => {
    expect(json({ Created: sent })).toBe('dockerImageMetadata.Created must be a time as RFC 3339 writes it');
  });

  it('is kept in the version that the image states, whichever it was written in', () => {
    const pre012 = { kind: 'DockerImage', apiVersion: 'image.openshift.io/pre012', id: 'x', docker_version: '1' };
    expect(json(pre012, 'pre012')).toEqual({ ...pre012, created: null, container_config: {} });
    expect(json(pre012, '1.0')).toMatchObject({ apiVersion: 'image.openshift.io/1.0', Id: 'x', DockerVersion: '1' });
    expect(json({ ...pre012, apiVersion: 'pre012' })).toMatchObject({ Id: 'x' });
  });

  it('refuses versions and kinds that it does not know', () => {
    expect(json({ Id: 'x' }, '2.0')).toBe('no kind "DockerImage" is registered for version "image.openshift.io/2.0"');
    expect(json({ kind: 'Foo', apiVersion: 'v9' })).toBe('no kind "Foo" is registered for version "v9"');
  });

  it.each([
    [{ Size: 'big' }, 'dockerImageMetadata.Size must be an integer'],
    [{ Config: { Cmd: 'sh' } }, 'dockerImageMetadata.Config.Cmd must be a list of strings'],
    [{ Config: { Labels: { a: 1 } } }, 'dockerImageMetadata.Config.Labels must be a string'],
    [[], 'dockerImageMetadata must be an object'],
  ])('names the key that holds the wrong type: %j', (sent, problem) => {
    expect(json(sent)).toBe(problem);
  });
});
