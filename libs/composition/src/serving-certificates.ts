import type { Server } from 'node:https';
import { constants } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { clientAuthorities, givenCertificate, type Delegate, type Identity } from '#lib/access';
import type { AccessConfiguration, TlsConfiguration } from '#lib/config';

const LOOK_EVERY_MS = 60_000;

export interface ServingOptions {
  readonly tls: TlsConfiguration;
  readonly access: AccessConfiguration;
  readonly identity: Pick<Identity, 'cert' | 'key'>;
  readonly delegate: Delegate | undefined;
  /** Told when a certificate that was renewed cannot be used; the one before goes on to be shown. */
  readonly onProblem: (what: string, error: unknown) => void;
  readonly lookEveryMs?: number;
}

/** What TLS shows to clients, and whose certificates it asks them for. Both may be renewed while the server runs. */
export class ServingCertificates {
  private timer: NodeJS.Timeout | undefined;
  private server: Server | undefined;

  private constructor(
    private readonly options: ServingOptions,
    private readonly authorities: readonly string[],
    private pair: Pick<Identity, 'cert' | 'key'>,
  ) {}

  static async open(options: ServingOptions): Promise<ServingCertificates> {
    return new ServingCertificates(options, await clientAuthorities(options.access), options.identity);
  }

  /** A certificate is asked for where one can be used, and never wanted: whoever has none may have a token. */
  get listening(): TlsOptions & SecureContextOptions {
    const asks = this.clientCa.length > 0;
    return { ...this.context, ...(asks ? { requestCert: true, rejectUnauthorized: false } : {}) };
  }

  /** Keeps a server up to date from now on. */
  follow(server: Server): void {
    this.server = server;
    const refresh = (): void =>
      void this.refresh().catch((error: unknown) =>
        this.options.onProblem('the certificate of the server cannot be read again, the one before is used', error),
      );
    if (this.isGiven) this.timer = setInterval(refresh, this.options.lookEveryMs ?? LOOK_EVERY_MS).unref();
  }

  /** Shows the certificate that is in its file now. */
  async refresh(): Promise<void> {
    const { certFile, keyFile } = this.options.tls;
    if (certFile === undefined || keyFile === undefined) return;
    const { cert, key } = await givenCertificate({ certFile, keyFile });
    if (isDeepStrictEqual({ cert, key }, this.pair)) return;
    // A pair of which only one half was renewed does not fit.
    createSecureContext({ cert, key });
    this.pair = { cert, key };
    this.apply();
  }

  /** Asks for certificates of the authorities that count now. Connections that are open stay. */
  apply(): void {
    this.server?.setSecureContext(this.context);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private get isGiven(): boolean {
    return this.options.tls.certFile !== undefined;
  }

  private get clientCa(): readonly string[] {
    return [...this.authorities, ...(this.options.delegate?.extension?.authorities ?? [])];
  }

  /**
   * Sessions are not resumed where clients have certificates: a resumed one knows the certificate of the client, but no
   * longer those between it and the authority, without which nobody can tell that the authority stands behind it.
   */
  private get context(): SecureContextOptions {
    const { cert, key } = this.pair;
    const ca = this.clientCa;
    return {
      ...{ cert, key, minVersion: 'TLSv1.2' },
      ...(ca.length === 0 ? {} : { ca: [...ca], secureOptions: constants.SSL_OP_NO_TICKET }),
    };
  }
}
