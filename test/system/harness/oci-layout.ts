import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface LayoutImage {
  /** Goes into the layer: images with other content have another digest. Default `hello`. */
  readonly content?: string;
  /** Format that the image is pushed in. Default `oci`. */
  readonly format?: 'oci' | 'docker';
  /** Architectures of an image for several. */
  readonly platforms?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

const OCI = 'application/vnd.oci.image';

/** An image on disk in the OCI image layout, from which skopeo can push it. */
export class OciLayout {
  private constructor(readonly folder: string) {}

  /** Writes a layout that has one image, named `image`. */
  static async write(folder: string, image: LayoutImage): Promise<OciLayout> {
    const layout = new OciLayout(folder);
    await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
    const top = await layout.top(image);
    const named = { ...top, annotations: { 'org.opencontainers.image.ref.name': 'image' } };
    await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
    return layout;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async top(image: LayoutImage): Promise<Descriptor> {
    if (image.platforms === undefined) return this.manifest(image, 'amd64');
    const manifests: Descriptor[] = [];
    for (const architecture of image.platforms) {
      manifests.push({
        ...(await this.manifest(image, architecture)),
        platform: { os: 'linux', architecture },
      });
    }
    return this.json(`${OCI}.index.v1+json`, { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests });
  }

  private async manifest({ content = 'hello', labels }: LayoutImage, architecture: string): Promise<Descriptor> {
    const files = tar('etc/motd', `${content} on ${architecture}\n`);
    const layer = await this.blob(`${OCI}.layer.v1.tar+gzip`, gzipSync(files));
    const config = await this.json(`${OCI}.config.v1+json`, {
      created: '2026-01-01T00:00:00Z',
      architecture,
      os: 'linux',
      config: { Cmd: ['sh'], Env: ['PATH=/bin'], ...(labels !== undefined && { Labels: labels }) },
      rootfs: { type: 'layers', diff_ids: [sha256(files)] },
      history: [{ created: '2026-01-01T00:00:00Z', created_by: 'COPY motd /etc/motd' }],
    });
    const mediaType = `${OCI}.manifest.v1+json`;
    return this.json(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
  }

  private json(mediaType: string, document: object): Promise<Descriptor> {
    return this.blob(mediaType, Buffer.from(JSON.stringify(document)));
  }

  private async blob(mediaType: string, bytes: Buffer): Promise<Descriptor> {
    const digest = sha256(bytes);
    await writeFile(join(this.folder, 'blobs', digest.replace(':', '/')), bytes);
    return { mediaType, digest, size: bytes.length };
  }
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A tar archive of one file, in the ustar format. */
function tar(path: string, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return Buffer.concat([header, body, padding, Buffer.alloc(1024)]);
}
