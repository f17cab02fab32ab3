/**
 * The target of `rel="next"` in `Link` headers (RFC 8288, RFC 5988 before), as written there; undefined on the last
 * page.
 */
export function nextLink(values: readonly string[]): string | undefined {
  for (const value of values) {
    for (const [, target = '', parameters = ''] of value.slice(0, MAX_LENGTH).matchAll(LINK)) {
      if (REL_NEXT.test(parameters)) return target;
    }
  }
  return undefined;
}

const MAX_LENGTH = 8_192;
const LINK = /<([^<>]*)>([^<]*)/g;
const REL_NEXT = /;[ \t]*rel[ \t]*=[ \t]*(?:"(?:[^"]*[ \t])?next(?:[ \t][^"]*)?"|next(?=$|[\s;,]))/i;
