import { RegistryError } from '../registry-error.js';
import { isHtml, notARegistry } from './answer-error.js';
import { headerValues, type HttpResponse } from './http-message.js';
import { nextLink } from './link-header.js';

export interface TagListing {
  readonly host: string;
  /** Path of the first page. */
  readonly firstPage: string;
  readonly maxTags: number;
}

/**
 * Reads all pages of a tag listing. A registry that never ends (pages that lead back, empty ones without end, more
 * tags or bytes than allowed) is given up on.
 */
export async function readTagPages(
  { host, firstPage, maxTags }: TagListing,
  read: (path: string, maxBytes: number) => Promise<HttpResponse>,
): Promise<readonly string[]> {
  const tags: string[] = [];
  const seen = new Set<string>();
  let bytesLeft = MAX_BYTES;
  for (let page: string | undefined = firstPage; page !== undefined;) {
    if (seen.has(page)) throw broken(host, 'the pages of the tag list lead in a circle');
    if (seen.size >= MAX_PAGES) throw tooLarge(host, `more than ${MAX_PAGES} pages of tags`);
    seen.add(page);
    const response = await read(page, Math.min(MAX_PAGE_BYTES, bytesLeft));
    bytesLeft -= response.body.length;
    for (const tag of tagsOf(response, host)) tags.push(tag);
    if (tags.length > maxTags) throw tooLarge(host, `more than ${maxTags} tags`);
    page = nextPage(response, page, host);
  }
  return tags;
}

const MAX_PAGES = 2_000;
const MAX_PAGE_BYTES = 16_777_216;
const MAX_BYTES = 33_554_432;
/** Any origin will do to resolve a path; this one is never contacted. */
const HERE = 'http://registry.invalid';

function tagsOf(response: HttpResponse, host: string): readonly string[] {
  if (isHtml(response)) throw notARegistry(host, response.status);
  let document: unknown;
  try {
    document = JSON.parse(response.body.toString('utf8'));
  } catch {
    throw broken(host, 'the tag list is not JSON');
  }
  if (typeof document !== 'object' || document === null) throw broken(host, 'the tag list is not an object');
  const tags: unknown = 'tags' in document ? (document.tags ?? []) : [];
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw broken(host, 'the tag list does not hold a list of strings');
  }
  return tags;
}

/** Path and query of the next page. A link to another host is cut to its path: the listing stays where it began. */
function nextPage(response: HttpResponse, page: string, host: string): string | undefined {
  const link = nextLink(headerValues(response.headers, 'link'));
  if (link === undefined) return undefined;
  const base = new URL(page, HERE);
  if (!URL.canParse(link, base.href)) throw broken(host, 'the link to the next page of tags is no URL');
  const { pathname, search } = new URL(link, base);
  return pathname + search;
}

const broken = (host: string, what: string): RegistryError =>
  new RegistryError('malformed', `registry ${host}: ${what}`, { host });

const tooLarge = (host: string, what: string): RegistryError =>
  new RegistryError('too-large', `registry ${host} lists ${what}`, { host });
