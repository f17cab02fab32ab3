import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf, PrintedLines, run, start } from './child-process.js';
import { OciLayout, type LayoutImage } from './oci-layout.js';
import { tool } from './tools.js';

export interface Account {
  readonly user: string;
  readonly password: string;
}

/** The account of registries that ask for one; the registry takes nothing but bcrypt. */
export const ACCOUNT: Account = { user: 'puller', password: 'correct horse' };
const PASSWORD_HASH = '$2b$04$HmO3De5FPM1IbXl5OjKEwOqs9gj5PdPaV4APgi4B20Jsrxh7hk7jO';

/** Whom a registry tells what was pushed to it. */
export interface NotificationEndpoint {
  readonly url: string;
  readonly token: string;
  /** File with the authority of the endpoint's certificate. */
  readonly caFile: string;
}

export interface RegistryOptions {
  /** Ask for {@link ACCOUNT}. */
  readonly auth?: boolean;
  readonly notify?: NotificationEndpoint;
}

/** Debian's docker-registry on a free port of this machine, over plain HTTP. */
export class DockerRegistry {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Host and port. */
    readonly host: string,
    private readonly account: Account | undefined,
  ) {}

  static async start({ auth = false, notify }: RegistryOptions = {}): Promise<DockerRegistry> {
    const program = tool('docker-registry');
    const folder = await mkdtemp(join(tmpdir(), 'tagline-registry-'));
    const file = join(folder, 'config.json');
    await writeFile(join(folder, 'htpasswd'), `${ACCOUNT.user}:${PASSWORD_HASH}\n`);
    // JSON is YAML, which is what the registry reads.
    await writeFile(
      file,
      JSON.stringify({
        version: 0.1,
        log: { level: 'info', accesslog: { disabled: true } },
        storage: { filesystem: { rootdirectory: join(folder, 'storage') }, delete: { enabled: true } },
        http: { addr: '127.0.0.1:0' },
        ...(auth && { auth: { htpasswd: { realm: 'registry', path: join(folder, 'htpasswd') } } }),
        ...(notify && { notifications: { endpoints: [endpoint(notify)] } }),
      }),
    );
    const child = start(program, ['serve', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...{ PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
        ...(notify && { SSL_CERT_FILE: notify.caFile }),
      },
    });
    if (child.stderr === null) throw new Error('the registry has no output');
    const printed = new PrintedLines(child.stderr);
    const line = await printed.first((text) => text.includes('listening on '), 'where the registry listens');
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (host === undefined) throw new Error(`the registry listens elsewhere: ${line}`);
    return new DockerRegistry(child, folder, host, auth ? ACCOUNT : undefined);
  }

  /**
   * Makes an image and has skopeo push it.
   *
   * @returns its pull specification by digest.
   */
  async push(repository: string, tag: string, image: LayoutImage = {}): Promise<PushedImage> {
    const layout = await OciLayout.write(join(this.folder, 'layout'), image);
    try {
      await this.copy(`oci:${layout.folder}:image`, repository, tag, image);
      return { digest: await this.digest(repository, tag), reference: `${this.host}/${repository}:${tag}` };
    } finally {
      await layout.remove();
    }
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await exitOf(this.child);
    await rm(this.folder, { recursive: true, force: true });
  }

  private async copy(source: string, repository: string, tag: string, { format, platforms }: LayoutImage) {
    const args = ['copy', '--quiet', '--dest-tls-verify=false'];
    if (platforms !== undefined) args.push('--all');
    if (format === 'docker') args.push('--format', 'v2s2');
    if (this.account !== undefined) args.push('--dest-creds', `${this.account.user}:${this.account.password}`);
    await this.skopeo([...args, source, `docker://${this.host}/${repository}:${tag}`]);
  }

  /** Digest of what the registry has under a tag: converting formats changes it. */
  private async digest(repository: string, tag: string): Promise<string> {
    const args = ['inspect', '--raw', '--tls-verify=false'];
    if (this.account !== undefined) args.push('--creds', `${this.account.user}:${this.account.password}`);
    const manifest = join(this.folder, 'manifest.json');
    await writeFile(manifest, await this.skopeo([...args, `docker://${this.host}/${repository}:${tag}`]));
    return (await this.skopeo(['manifest-digest', manifest])).trim();
  }

  private async skopeo(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(tool('skopeo'), ['--insecure-policy', ...args], {
      env: { PATH: process.env['PATH'], HOME: this.folder, XDG_RUNTIME_DIR: this.folder },
    });
    if (code !== 0) throw new Error(`skopeo ${args[0]} ended with ${code}: ${stderr}`);
    return stdout;
  }
}

const endpoint = ({ url, token }: NotificationEndpoint): object => ({
  ...{ name: 'tagline', url, timeout: '5s', threshold: 3, backoff: '1s' },
  headers: { Authorization: [`Bearer ${token}`] },
  ignoredmediatypes: ['application/octet-stream'],
});

export interface PushedImage {
  readonly digest: string;
  readonly reference: string;
}
