export interface SignatureCondition {
  readonly type: string;
  readonly status: string;
  readonly lastProbeTime: string | null;
  readonly lastTransitionTime: string | null;
  readonly reason?: string;
  readonly message?: string;
}

/** What a signature says of itself. Informative: nobody has checked it. */
export interface SignatureClaims {
  readonly imageIdentity?: string;
  readonly signedClaims?: Readonly<Record<string, string>>;
  /** Signing time, RFC 3339. */
  readonly created?: string;
  readonly issuedBy?: { readonly organization?: string; readonly commonName?: string };
  readonly issuedTo?: { readonly organization?: string; readonly commonName?: string; readonly publicKeyID: string };
}

export interface Signature extends SignatureClaims {
  /** `<image>@<signature name>`. */
  readonly name: string;
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly type: string;
  /** Base64. */
  readonly content: string;
  readonly conditions?: readonly SignatureCondition[];
}
