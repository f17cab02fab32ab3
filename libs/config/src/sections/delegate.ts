import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { FilePath, IsDuration, Setting } from '../setting.js';

const SECOND = 1_000;
const COUNT = { message: 'must be a number from 1 to 1000000' };

/**
 * A Kubernetes API server that decides in Tagline's place: who somebody is, what they may do, and which namespaces there
 * are. Set `kubeconfig` or `inCluster`; without either, Tagline decides itself.
 */
export class DelegateConfiguration {
  /** How to reach the API server, and as whom to ask it. Certificates and tokens in files are read again. */
  @FilePath()
  readonly kubeconfig?: string;

  /** Ask the API server of the cluster that the process runs in, as its service account. */
  @Setting('flag')
  @IsBoolean({ message: 'must be true or false' })
  readonly inCluster: boolean = false;

  /**
   * Whether users come through that API server, which passes requests for the group `image.openshift.io` on. Whom it
   * trusts with that is then read from its ConfigMap `kube-system/extension-apiserver-authentication`.
   */
  @Setting('flag')
  @IsBoolean({ message: 'must be true or false' })
  readonly aggregated: boolean = false;

  /** For how long it is remembered whose a token is, or that it is nobody's: so long a token that was taken back is good. */
  @Setting('duration')
  @IsDuration(0)
  readonly tokenTtl: number = 10 * SECOND;

  /** For how long it is remembered that somebody may do something: so long a right that was taken away is there. */
  @Setting('duration')
  @IsDuration(0)
  readonly allowTtl: number = 10 * SECOND;

  /** For how long it is remembered that somebody may not: so long somebody waits for a right that was given. */
  @Setting('duration')
  @IsDuration(0)
  readonly denyTtl: number = 10 * SECOND;

  /** How many answers of each kind are remembered. */
  @Setting('integer')
  @IsInt(COUNT)
  @Min(1, COUNT)
  @Max(1_000_000, COUNT)
  readonly maxCached: number = 10_000;

  /** How long one question may take. What is not answered by then is refused. */
  @Setting('duration')
  @IsDuration(100)
  readonly timeout: number = 5 * SECOND;
}
