import { readFields } from './field-table.js';
import type { FieldTable } from './field-table.js';

/** How a container of an image is run, in Docker's words. An absent key means empty, zero or false. */
export interface DockerConfig {
  readonly Hostname?: string;
  readonly Domainname?: string;
  readonly User?: string;
  readonly Memory?: number;
  readonly MemorySwap?: number;
  readonly CpuShares?: number;
  readonly Cpuset?: string;
  readonly AttachStdin?: boolean;
  readonly AttachStdout?: boolean;
  readonly AttachStderr?: boolean;
  readonly PortSpecs?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
  readonly StdinOnce?: boolean;
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Dns?: readonly string[];
  readonly Image?: string;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly VolumesFrom?: string;
  readonly WorkingDir?: string;
  readonly Entrypoint?: readonly string[];
  readonly NetworkDisabled?: boolean;
  readonly SecurityOpts?: readonly string[];
  readonly OnBuild?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

const FIELDS: FieldTable<DockerConfig> = {
  Hostname: 'text',
  Domainname: 'text',
  User: 'text',
  Memory: 'integer',
  MemorySwap: 'integer',
  CpuShares: 'integer',
  Cpuset: 'text',
  AttachStdin: 'flag',
  AttachStdout: 'flag',
  AttachStderr: 'flag',
  PortSpecs: 'texts',
  ExposedPorts: 'set',
  Tty: 'flag',
  OpenStdin: 'flag',
  StdinOnce: 'flag',
  Env: 'texts',
  Cmd: 'texts',
  Dns: 'texts',
  Image: 'text',
  Volumes: 'set',
  VolumesFrom: 'text',
  WorkingDir: 'text',
  Entrypoint: 'texts',
  NetworkDisabled: 'flag',
  SecurityOpts: 'texts',
  OnBuild: 'texts',
  Labels: 'map',
};

/**
 * Reads a container configuration, dropping keys that are unknown or empty.
 *
 * @throws UnreadableFieldError when a known key holds something of another type.
 */
export const readDockerConfig = (json: unknown, path: string): DockerConfig => readFields(json, FIELDS, path);
