import { anonymous, type CredentialSource } from '../credentials/credential-source.js';
import type { Manifest } from '../manifests/manifest.js';
import { parseManifest } from '../manifests/manifest-parser.js';
import { bareMediaType, MANIFEST_ACCEPT } from '../manifests/media-types.js';
import { digestLike, isDigest, sha256Digest, type Digest } from '../references/digest.js';
import { isTag } from '../references/reference-grammar.js';
import { RegistryError } from '../registry-error.js';
import { answerError, isHtml, looksLikeRegistry, notARegistry, type AnswerContext } from './answer-error.js';
import { Authorizer, noCredentials, type Authorization } from './authentication/authorizer.js';
import { preferredChallenge, sameChallenge } from './authentication/challenge.js';
import { header, headerValues, type HttpResponse } from './http-message.js';
import type { RegistryTransport } from './registry-transport.js';
import type { RemoteRepository } from './remote-repository.js';
import { readTagPages } from './tag-pages.js';

export interface RegistryClientOptions {
  readonly transport: RegistryTransport;
  readonly credentials?: CredentialSource;
  readonly limits?: Partial<RegistryLimits>;
}

/** How much a registry may make this process read. */
export interface RegistryLimits {
  /** Bytes of one manifest. The distribution project's own registry takes no larger one. */
  readonly maxManifestBytes: number;
  /** Bytes of one image configuration. */
  readonly maxConfigBytes: number;
  /** Tags of one repository. */
  readonly maxTags: number;
}

export interface RequestOptions {
  /** Ends the request, waits and retries included. */
  readonly signal?: AbortSignal | undefined;
}

/** A manifest as it was served, verified against its digest. */
export interface RemoteManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** What a registry says about a manifest without sending it. */
export interface ManifestHead {
  readonly digest: Digest | undefined;
  readonly mediaType: string;
  /** Bytes; undefined when not said. */
  readonly size: number | undefined;
}

/**
 * Reads from registries of the OCI distribution API, on behalf of one set of credentials. Everything that it returns
 * as content has been checked against its digest.
 *
 * All methods throw RegistryError.
 */
export class RegistryClient {
  readonly limits: RegistryLimits;
  private readonly transport: RegistryTransport;
  private readonly authorizer: Authorizer;

  constructor({ transport, credentials = anonymous, limits }: RegistryClientOptions) {
    this.transport = transport;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.authorizer = new Authorizer(transport, credentials);
  }

  /** Finds out whether a registry is there; being asked for credentials is a yes. */
  async ping(host: string, options: RequestOptions & { readonly insecure?: boolean } = {}): Promise<void> {
    const { insecure = false, signal } = options;
    const endpoint = await this.transport.knownHosts.endpointOf({ host, insecure }, signal);
    const url = new URL('/v2/', endpoint);
    const response = await this.transport.send({ method: 'GET', url, headers: {}, maxBytes: 65_536, insecure, signal });
    const { status } = response;
    const answersV2 =
      looksLikeRegistry(response) || (status < 300 && !isHtml(response)) || status === 401 || status === 403;
    if (!answersV2) throw notARegistry(host, status);
  }

  /** All tags of a repository, as the registry orders them. */
  listTags(repository: RemoteRepository, options: RequestOptions = {}): Promise<readonly string[]> {
    return readTagPages(
      { host: repository.host, maxTags: this.limits.maxTags, firstPage: `/v2/${repository.name}/tags/list` },
      async (path, maxBytes) => {
        const question = { path, maxBytes, accept: 'application/json', subject: 'tags' } as const;
        return this.ask('GET', repository, question, options);
      },
    );
  }

  /**
   * A manifest by tag or digest.
   *
   * Errors of its own: `digest-mismatch`, `too-large`, `unsupported-manifest`, `malformed`.
   */
  async getManifest(
    repository: RemoteRepository,
    tagOrDigest: string,
    options: RequestOptions = {},
  ): Promise<RemoteManifest> {
    const question = { ...manifestQuestion(repository, tagOrDigest), maxBytes: this.limits.maxManifestBytes };
    const response = await this.ask('GET', repository, question, options);
    if (isHtml(response)) throw notARegistry(repository.host, response.status);
    const manifest = parseManifest(response.body, header(response.headers, 'content-type'));
    return { digest: verifiedDigest(manifest, response, tagOrDigest), bytes: response.body, manifest };
  }

  /** What the registry says about a manifest. Nothing of it is verified; some registries do not count it as a pull. */
  async headManifest(
    repository: RemoteRepository,
    tagOrDigest: string,
    options: RequestOptions = {},
  ): Promise<ManifestHead> {
    const response = await this.ask('HEAD', repository, manifestQuestion(repository, tagOrDigest), options);
    return {
      digest: contentDigest(response),
      mediaType: bareMediaType(header(response.headers, 'content-type')),
      size: contentLength(response),
    };
  }

  /** The content of a blob of at most `limit` bytes. */
  async getBlob(
    repository: RemoteRepository,
    digest: Digest,
    limit: number,
    options: RequestOptions = {},
  ): Promise<Uint8Array> {
    const response = await this.ask(
      'GET',
      repository,
      { ...blobQuestion(repository, digest), maxBytes: limit },
      options,
    );
    const computed = digestLike(digest, response.body);
    if (computed === digest) return response.body;
    throw new RegistryError(
      'digest-mismatch',
      `content integrity error: the blob retrieved with digest ${digest} does not match the digest calculated from the content ${computed}`,
      { host: repository.host },
    );
  }

  /** The size of a blob in bytes. */
  async blobSize(repository: RemoteRepository, digest: Digest, options: RequestOptions = {}): Promise<number> {
    const response = await this.ask('HEAD', repository, blobQuestion(repository, digest), options);
    const size = contentLength(response);
    if (size !== undefined) return size;
    throw new RegistryError('malformed', `registry ${repository.host} does not say how large blob ${digest} is`, {
      host: repository.host,
    });
  }

  /** Sends a question until it is answered: with what the registry is known to ask for, and once more if that failed. */
  private async ask(
    method: 'GET' | 'HEAD',
    repository: RemoteRepository,
    question: Question,
    { signal }: RequestOptions,
  ): Promise<HttpResponse> {
    const endpoint = await this.transport.knownHosts.endpointOf(repository, signal);
    // Joined, not resolved: a path that begins with two slashes would lead to another host.
    const url = new URL(endpoint + question.path);
    const send = ({ header: authorization }: Authorization) =>
      this.transport.send({
        method,
        url,
        headers: { accept: question.accept, 'user-agent': 'tagline', ...(authorization && { authorization }) },
        maxBytes: question.maxBytes ?? 0,
        insecure: repository.insecure,
        signal,
      });

    let authorization = await this.authorizer.authorize(repository, signal);
    let response = await send(authorization);
    if (response.status === 401) {
      const again = await this.answerChallenge(repository, response, authorization, signal);
      if (again !== undefined) {
        authorization = again;
        response = await send(authorization);
      }
    }
    if (response.status < 300) return response;
    throw await this.refusal(repository, response, question, authorization, signal);
  }

  /** What to present after a 401; undefined when there is nothing better than what was presented. */
  private async answerChallenge(
    repository: RemoteRepository,
    response: HttpResponse,
    presented: Authorization,
    signal: AbortSignal | undefined,
  ): Promise<Authorization | undefined> {
    const challenge = preferredChallenge(headerValues(response.headers, 'www-authenticate'));
    if (challenge === undefined) return undefined;
    const answered = presented.header !== undefined && sameChallenge(presented.challenge, challenge);
    if (answered && !presented.reused) return undefined;
    this.transport.knownHosts.learnChallenge(repository, challenge);
    this.authorizer.forget(repository, presented);
    const authorization = await this.authorizer.authorize(repository, signal);
    if (authorization.header === undefined) throw noCredentials(repository);
    return authorization;
  }

  private async refusal(
    repository: RemoteRepository,
    response: HttpResponse,
    { subject }: Question,
    { header: sent, credentials }: Authorization,
    signal: AbortSignal | undefined,
  ): Promise<RegistryError> {
    const { host, insecure } = repository;
    // A 404 of whatever web server is there says nothing about an image; a registry's does.
    if (response.status === 404 && !looksLikeRegistry(response)) await this.ping(host, { insecure, signal });
    const secrets = sent === undefined ? [] : [sent];
    return answerError(response, { host, subject, credentials, secrets });
  }
}

interface Question {
  readonly path: string;
  readonly accept: string;
  readonly subject: AnswerContext['subject'];
  /** Bytes of the answer; none for a HEAD. */
  readonly maxBytes?: number;
}

const DEFAULT_LIMITS: RegistryLimits = {
  maxManifestBytes: 4_194_304,
  maxConfigBytes: 4_194_304,
  maxTags: 100_000,
};

function manifestQuestion({ host, name }: RemoteRepository, tagOrDigest: string): Question {
  if (!isTag(tagOrDigest) && !isDigest(tagOrDigest)) {
    throw new RegistryError('malformed', `${JSON.stringify(tagOrDigest.slice(0, 200))} is neither a tag nor a digest`, {
      host,
    });
  }
  return { path: `/v2/${name}/manifests/${tagOrDigest}`, accept: MANIFEST_ACCEPT, subject: 'manifest' };
}

const blobQuestion = ({ name }: RemoteRepository, digest: Digest): Question => ({
  path: `/v2/${name}/blobs/${digest}`,
  accept: '*/*',
  subject: 'blob',
});

function contentDigest(response: HttpResponse): Digest | undefined {
  const value = header(response.headers, 'docker-content-digest');
  return value !== undefined && isDigest(value) ? value : undefined;
}

function contentLength(response: HttpResponse): number | undefined {
  const value = header(response.headers, 'content-length');
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/**
 * The digest under which a manifest is known, once it is sure that the content fits the one that was asked for, or
 * for a tag the one that the registry gave. Schema 1 is known by its content without signatures.
 */
function verifiedDigest(manifest: Manifest, response: HttpResponse, tagOrDigest: string): Digest {
  const content = manifest.kind === 'schema1' ? manifest.canonicalPayload : response.body;
  const wanted = isDigest(tagOrDigest) ? tagOrDigest : undefined;
  const claimed = wanted ?? contentDigest(response);
  if (claimed === undefined) return sha256Digest(content);
  const computed = digestLike(claimed, content);
  if (computed === claimed) return wanted ?? (claimed.startsWith('sha256:') ? claimed : sha256Digest(content));
  const retrieved =
    manifest.kind === 'schema1'
      ? 'the schema 1 manifest retrieved'
      : `the manifest retrieved (media type: ${manifest.mediaType})`;
  throw new RegistryError(
    'digest-mismatch',
    `content integrity error: ${retrieved} with digest ${claimed} does not match the digest calculated from the content ${computed}`,
  );
}
