/**
 * Whether a text matches a pattern in which `*` stands for any characters and `?` for one. Takes time in proportion to
 * the product of the lengths at worst, whatever the pattern.
 */
export function matchesWildcard(text: string, pattern: string): boolean {
  let at = 0;
  let patternAt = 0;
  let star = -1;
  let starCovers = 0;
  while (at < text.length) {
    if (pattern[patternAt] === '*') {
      star = patternAt++;
      starCovers = at;
    } else if (patternAt < pattern.length && (pattern[patternAt] === '?' || pattern[patternAt] === text[at])) {
      at++;
      patternAt++;
    } else if (star >= 0) {
      patternAt = star + 1;
      at = ++starCovers;
    } else {
      return false;
    }
  }
  while (pattern[patternAt] === '*') patternAt++;
  return patternAt === pattern.length;
}
