import 'reflect-metadata';
import { plainToInstance, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, IsString, MaxLength, ValidateNested, validateSync } from 'class-validator';

/** More than a registry ever gathers into one notification. */
const MAX_EVENTS = 1_000;
const MAX_TEXT = 4_096;

class NotifiedTarget {
  @IsOptional()
  @IsString()
  @MaxLength(MAX_TEXT)
  readonly mediaType?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_TEXT)
  readonly digest?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_TEXT)
  readonly repository?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_TEXT)
  readonly tag?: string;

  /** Where the registry itself says that the manifest is. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_TEXT)
  readonly url?: string;
}

class NotifiedRequest {
  /** Host under which the registry was reached by whoever pushed. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_TEXT)
  readonly host?: string;
}

class NotifiedEvent {
  @IsString()
  @MaxLength(MAX_TEXT)
  readonly action!: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => NotifiedTarget)
  readonly target?: NotifiedTarget;

  @IsOptional()
  @ValidateNested()
  @Type(() => NotifiedRequest)
  readonly request?: NotifiedRequest;
}

/** What a CNCF distribution registry posts to its notification endpoints. */
export class RegistryNotification {
  @IsArray()
  @ArrayMaxSize(MAX_EVENTS)
  @ValidateNested({ each: true })
  @Type(() => NotifiedEvent)
  readonly events!: readonly NotifiedEvent[];
}

/** A body that is no notification, and in which field. */
export class InvalidNotificationError extends Error {
  constructor(why: string) {
    super(`the body is not a registry notification: ${why}`);
    this.name = 'InvalidNotificationError';
  }
}

/** @throws InvalidNotificationError */
export function parseNotification(json: unknown): RegistryNotification {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new InvalidNotificationError('not an object');
  const notification = plainToInstance(RegistryNotification, json);
  const [error] = validateSync(notification, { forbidUnknownValues: true });
  if (error !== undefined) throw new InvalidNotificationError(`"${error.property}" is missing or malformed`);
  return notification;
}

/** A tag that was pushed to a registry, as the stream of the same name will have it. */
export interface NotifiedPush {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
  readonly digest: string;
  /** Registry to fetch the manifest from: `host[:port]`. */
  readonly registry: string;
  /** The registry is reached without TLS. */
  readonly insecure: boolean;
  readonly repository: string;
}

/**
 * The pushes of a notification that mean something for image streams: manifests with a tag, in a repository of the form
 * `<namespace>/<stream>`. Pulls, mounts, layers and deletions are passed over.
 */
export function pushesOf({ events }: RegistryNotification): readonly NotifiedPush[] {
  return events.flatMap(({ action, target, request }) => {
    const { repository = '', tag = '', digest = '', url = '' } = target ?? {};
    const [namespace, stream, ...deeper] = repository.split('/');
    if (action !== 'push' || tag === '' || digest === '' || !namespace || !stream || deeper.length > 0) return [];
    const place = placeOf(url);
    const registry = place?.host ?? request?.host ?? '';
    if (registry === '') return [];
    return [{ namespace, stream, tag, digest, registry, repository, insecure: place?.protocol === 'http:' }];
  });
}

const placeOf = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);
