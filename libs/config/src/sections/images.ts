import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, Matches, Max, Min, ValidateNested } from 'class-validator';
import { FilePath, IsDuration, Section, Setting } from '../setting.js';
import { AllowedRegistry, RegistryMirror, RegistrySources } from './registries.js';

const HOST = /^[^\s/,]+$/;
export const IMPORT_MODES = ['Legacy', 'PreserveOriginal'] as const;

const MINUTE = 60_000;

export class ImagesConfiguration {
  /**
   * Host and port by which the cluster reaches the internal registry. It stands in the repository of every stream, and
   * images that come from it are known to be the cluster's own. Changing it makes images that were pushed under the old
   * name look like those of a foreign registry. Left out: there is no internal registry.
   */
  @Setting('text')
  @IsOptional()
  @Matches(HOST, { message: 'must be a host with an optional port, without scheme' })
  readonly internalRegistryHostname?: string;

  /** Hosts by which the internal registry is reached from outside. The first is shown on each stream. */
  @Setting('texts')
  @IsArray({ message: 'must be a list of hosts with optional ports' })
  @Matches(HOST, { each: true, message: 'must be a list of hosts with optional ports' })
  readonly externalRegistryHostnames: readonly string[] = [];

  /**
   * Registries that images may come from; empty allows all. References that streams hold already stay valid. This is the
   * list that keeps users of a shared server from making it fetch from anywhere in your network.
   */
  @Setting('objects')
  @IsArray({ message: 'must be a list of {domainName, insecure}' })
  @ValidateNested({ each: true, message: 'must be a list of {domainName, insecure}' })
  @Type(() => AllowedRegistry)
  readonly allowedRegistriesForImport: readonly AllowedRegistry[] = [];

  /** How many tags of a repository one import takes on. 0, and -1 as OpenShift has it, means all of them. */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(-1, { message: 'must not be less than -1' })
  readonly maxImagesBulkImportedPerRepository: number = 0;

  /**
   * What tags do with a source for several platforms when they do not say: `Legacy` takes the image of one platform,
   * `PreserveOriginal` all of them. A change shows on every tag that was written without a mode.
   */
  @Setting('text')
  @IsIn(IMPORT_MODES, { message: `must be ${IMPORT_MODES.join(' or ')}` })
  readonly importMode: (typeof IMPORT_MODES)[number] = 'Legacy';

  /**
   * How often scheduled tags are imported again; milliseconds here. Less than a few minutes soon meets the rate limits of
   * public registries.
   */
  @Setting('duration')
  @IsDuration(1000)
  readonly scheduledImportInterval: number = 15 * MINUTE;

  /**
   * How many streams are imported by schedule in a minute; 0 is no limit. Without one, all streams whose time has come
   * are imported at once.
   */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(0, { message: 'must not be negative' })
  readonly maxScheduledImportsPerMinute: number = 60;

  /**
   * How many of its newest items a tag shows in the status of its stream. The history itself is kept whole. A large window
   * makes streams with many moves large, and every read and watch of them slow.
   */
  @Setting('integer')
  @IsInt({ message: 'must be an integer' })
  @Min(1, { message: 'must be at least 1' })
  @Max(100_000, { message: 'must not be more than 100000' })
  readonly historyWindow: number = 100;

  /** Where images of certain registries are looked for instead. */
  @Setting('objects')
  @IsArray({ message: 'must be a list of {source, mirrors, pullFrom, neverContactSource}' })
  @ValidateNested({ each: true, message: 'must be a list of {source, mirrors, pullFrom, neverContactSource}' })
  @Type(() => RegistryMirror)
  readonly mirrors: readonly RegistryMirror[] = [];

  @Section(RegistrySources)
  @ValidateNested({ message: 'must be an object' })
  @Type(() => RegistrySources)
  readonly registrySources: RegistrySources = new RegistrySources();

  /**
   * Further authorities that registries are trusted by, in PEM; a file that must be readable at the start. They add to
   * those of the system.
   */
  @FilePath()
  readonly additionalTrustedCA?: string;
}
