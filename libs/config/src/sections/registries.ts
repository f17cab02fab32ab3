import { ArrayNotEmpty, IsArray, IsBoolean, IsIn, IsOptional, Matches } from 'class-validator';
import { Setting } from '../setting.js';

const FLAG = { message: 'must be true or false' };
const HOST = /^[^\s/,]+$/;
const REPOSITORY = /^[^\s@,]*[^\s@/,]$/;

/** One entry of `images.allowedRegistriesForImport`. */
export class AllowedRegistry {
  /** Host, with `*` for any text and `?` for one character, and an optional port (443, or 80 when insecure). */
  @Matches(HOST, { message: 'must be a host with an optional port, where * and ? are wildcards' })
  readonly domainName: string = '';

  /** The registry may be reached without verified TLS; its port is then 80 unless it is named. */
  @IsBoolean(FLAG)
  readonly insecure: boolean = false;
}

/** One entry of `images.mirrors`. */
export class RegistryMirror {
  /** Registry or repository whose images are mirrored, with everything below it. */
  @Matches(REPOSITORY, { message: 'must be a registry or repository without scheme and digest' })
  readonly source: string = '';

  /** Where the images are looked for instead, in this order. */
  @IsArray({ message: 'must be a list of registries or repositories' })
  @ArrayNotEmpty({ message: 'must not be empty' })
  @Matches(REPOSITORY, {
    each: true,
    message: 'must be a list of registries or repositories without scheme and digest',
  })
  readonly mirrors: readonly string[] = [];

  /** Use the mirrors only for images named by digest, or only for those named by tag. Left out: for both. */
  @IsOptional()
  @IsIn(['digest-only', 'tag-only'], { message: 'must be digest-only or tag-only' })
  readonly pullFrom?: 'digest-only' | 'tag-only';

  /** Fail when no mirror has the image, rather than ask the source. */
  @IsBoolean(FLAG)
  readonly neverContactSource: boolean = false;
}

const HOSTS = 'must be a list of hosts with optional ports';

/** What is known of certain registries, whatever a tag says. */
export class RegistrySources {
  /**
   * Registries that are reached without verified TLS. Unsafe on any network that is not your own: whoever can answer for
   * the registry can put images into your streams, and reads the credentials that are sent.
   */
  @Setting('texts')
  @IsArray({ message: HOSTS })
  @Matches(HOST, { each: true, message: HOSTS })
  readonly insecureRegistries: readonly string[] = [];

  /** Registries that are never contacted. Tags that were imported from them before stay as they are. */
  @Setting('texts')
  @IsArray({ message: HOSTS })
  @Matches(HOST, { each: true, message: HOSTS })
  readonly blockedRegistries: readonly string[] = [];
}
