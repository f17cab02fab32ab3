import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';
import { DelegateConfiguration } from './delegate.js';
import { FilePath, IsDuration, Section, Setting } from '../setting.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const FOLDER = { message: 'must be the path of a folder' };
const HEADER = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADERS = 'must be a list of names of headers';
const CLAIM = { message: 'must be the name of a claim' };

/** Only signatures that a provider alone can make: whoever can verify one must not be able to make one. */
export const OIDC_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** A proxy in front that finds out who asks, and says so in headers. */
export class RequestHeaderConfiguration {
  /**
   * Authorities, in PEM, that stand behind the certificates of proxies. Left out: what such headers say is not believed.
   * It must not be an authority that gives certificates to users, unless `allowedNames` tells proxies from them.
   */
  @FilePath()
  readonly caFile?: string;

  /** Common names that the certificate of a proxy may have; empty for any. */
  @Setting('texts')
  @IsArray({ message: 'must be a list of common names' })
  @IsString({ each: true, message: 'must be a list of common names' })
  readonly allowedNames: readonly string[] = [];

  @Setting('texts')
  @ArrayNotEmpty({ message: HEADERS })
  @Matches(HEADER, { each: true, message: HEADERS })
  readonly usernameHeaders: readonly string[] = ['X-Remote-User'];

  @Setting('texts')
  @IsArray({ message: HEADERS })
  @Matches(HEADER, { each: true, message: HEADERS })
  readonly uidHeaders: readonly string[] = ['X-Remote-Uid'];

  @Setting('texts')
  @IsArray({ message: HEADERS })
  @Matches(HEADER, { each: true, message: HEADERS })
  readonly groupHeaders: readonly string[] = ['X-Remote-Group'];

  @Setting('texts')
  @IsArray({ message: HEADERS })
  @Matches(HEADER, { each: true, message: HEADERS })
  readonly extraHeaderPrefixes: readonly string[] = ['X-Remote-Extra-'];
}

/** An OpenID provider whose ID tokens are taken as bearer tokens. */
export class OidcConfiguration {
  /** URL of the provider, exactly as it stands in its tokens. Goes together with `audience`. */
  @Setting('text')
  @IsOptional()
  @Matches(/^https:\/\/[^\s?#]+$/, { message: 'must be an https URL without query and fragment' })
  readonly issuer?: string;

  /** For whom tokens must be made: the client id that the provider knows this server, or its users' tool, by. */
  @Setting('text')
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @IsNotEmpty({ message: 'must not be empty' })
  readonly audience?: string;

  /** Claim that holds the name of the user. `email` counts only where the provider has not said that it is unverified. */
  @Setting('text')
  @IsString(CLAIM)
  @IsNotEmpty(CLAIM)
  readonly usernameClaim: string = 'sub';

  /**
   * Goes before each name, so that the provider cannot name users of another; `-` for nothing. Left out: the issuer and
   * `#`, or nothing where the claim is `email`.
   */
  @Setting('text')
  @IsOptional()
  @IsString({ message: 'must be a text' })
  readonly usernamePrefix?: string;

  /** Claim that holds the groups of the user. Left out: the provider gives no groups. */
  @Setting('text')
  @IsOptional()
  @IsString(CLAIM)
  @IsNotEmpty(CLAIM)
  readonly groupsClaim?: string;

  /** Goes before the name of each group. */
  @Setting('text')
  @IsString({ message: 'must be a text' })
  readonly groupsPrefix: string = '';

  /** What else must stand in a token, each as `claim=value`. */
  @Setting('texts')
  @IsArray({ message: 'must be a list of claim=value' })
  @Matches(/^[^=]+=/, { each: true, message: 'must be a list of claim=value' })
  readonly requiredClaims: readonly string[] = [];

  @Setting('texts')
  @ArrayNotEmpty({ message: `must be some of ${OIDC_ALGORITHMS.join(', ')}` })
  @IsIn(OIDC_ALGORITHMS, { each: true, message: `must be some of ${OIDC_ALGORITHMS.join(', ')}` })
  readonly signingAlgorithms: readonly string[] = ['RS256'];

  /** Authorities, in PEM, that the provider is trusted by, in place of those of the system. */
  @FilePath()
  readonly caFile?: string;
}

/** Who may use the server besides the administrator, whose token is in the data directory. */
export class AccessConfiguration {
  /**
   * Tokens of users, in the form of Kubernetes: lines of `token,user,uid,"group1,group2"`. Read again when it changes.
   * Whoever can read the file can be any of its users.
   */
  @FilePath()
  readonly tokenFile?: string;

  /**
   * Authorities, in PEM, of client certificates: the common name is the user, organizations are groups. A certificate
   * cannot be taken back before it runs out.
   */
  @FilePath()
  readonly clientCaFile?: string;

  /** Roles and bindings, as YAML or JSON, that each start brings into force. What is taken out there is not deleted. */
  @Setting('text')
  @IsOptional()
  @IsString(FOLDER)
  @IsNotEmpty(FOLDER)
  readonly rbacDirectory?: string;

  /** Whether every user may ask for projects, and then administers them. */
  @Setting('flag')
  @IsBoolean({ message: 'must be true or false' })
  readonly selfProvisioning: boolean = true;

  /**
   * How long tokens of service accounts are good at most; whoever asks for longer gets one of this. A token cannot be taken
   * back but by deleting its service account.
   */
  @Setting('duration')
  @IsDuration(10 * MINUTE)
  readonly maxTokenLifetime: number = 365 * DAY;

  @Section(RequestHeaderConfiguration)
  @ValidateNested({ message: 'must be an object' })
  @Type(() => RequestHeaderConfiguration)
  readonly requestHeader: RequestHeaderConfiguration = new RequestHeaderConfiguration();

  @Section(OidcConfiguration)
  @ValidateNested({ message: 'must be an object' })
  @Type(() => OidcConfiguration)
  readonly oidc: OidcConfiguration = new OidcConfiguration();

  @Section(DelegateConfiguration)
  @ValidateNested({ message: 'must be an object' })
  @Type(() => DelegateConfiguration)
  readonly delegate: DelegateConfiguration = new DelegateConfiguration();
}
