import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TagHistory, type TagCondition, type TagItem, type TagState } from '#lib/events';
import { decodeNewest, decodeTag, encodeTag, renewTag, tagTexts } from './tag-document.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const item: fc.Arbitrary<TagItem> = fc.record({
  created: text,
  dockerImageReference: text,
  image: text,
  generation: fc.nat(),
});
const condition: fc.Arbitrary<TagCondition> = fc.record({
  type: fc.constant('ImportSuccess' as const),
  status: fc.constant('False' as const),
  reason: text,
  message: text,
  generation: fc.nat(),
  lastTransitionTime: text,
});
const spec = fc.option(text.map((name) => ({ name, annotations: { name } }))) as fc.Arbitrary<TagState['spec']>;
const conditions = fc.array(condition, { maxLength: 2 });
const document = fc.record({ spec, items: fc.array(item, { maxLength: 6 }), conditions });

describe('a stored tag', () => {
  it('is what was stored', () => {
    fc.assert(
      fc.property(text, document, (tag, stored) => {
        expect(decodeTag(encodeTag(tag, stored))).toEqual(stored);
      }),
    );
  });

  it('shows its newest item without the others', () => {
    fc.assert(
      fc.property(text, document, (tag, stored) => {
        const { history, ...others } = decodeNewest(tag, encodeTag(tag, stored));
        expect({ ...others, items: history.toArray() }).toEqual({ ...stored, items: stored.items.slice(0, 1) });
      }),
    );
  });

  it.each([
    ['in front of the others', (history: TagHistory, next: TagItem) => history.with(next)],
    ['in place of the newest', (history: TagHistory, next: TagItem) => history.withHead(next)],
  ])('takes in an item %s, byte for byte as if it were stored anew', (_, take) => {
    fc.assert(
      fc.property(text, document, item, spec, conditions, fc.integer({ min: 1, max: 6 }), (...given) => {
        const [tag, stored, next, nextSpec, nextConditions, window] = given;
        const items = stored.items.slice(0, window);
        const before = encodeTag(tag, { ...stored, items });
        const history = take(decodeNewest(tag, before).history, next);
        const after = { spec: nextSpec, history, conditions: nextConditions };
        const renewed = renewTag(tag, before, after, window);

        const whole = take(TagHistory.of(items), next).toArray();
        const anew = encodeTag(tag, { spec: nextSpec, items: whole.slice(0, window), conditions: nextConditions });
        expect(tagTexts(renewed.stored)).toEqual(tagTexts(anew));
        expect(renewed.stored.equals(anew)).toBe(true);
        const [dropped] = whole.slice(window);
        expect(renewed.dropped?.toString()).toEqual(dropped && JSON.stringify(dropped));
      }),
    );
  });

  it('keeps its history where only its wish or its conditions change', () => {
    fc.assert(
      fc.property(text, document, spec, conditions, (tag, stored, nextSpec, nextConditions) => {
        const before = encodeTag(tag, stored);
        const { history } = decodeNewest(tag, before);
        const renewed = renewTag(tag, before, { spec: nextSpec, history, conditions: nextConditions }, 6);
        expect(decodeTag(renewed.stored)).toEqual({ ...stored, spec: nextSpec, conditions: nextConditions });
      }),
    );
  });
});
