import { z } from 'zod';

/** What every body is made of. One rule for characters holds for all of them. */

/** Longest complaint, reply, word, note or reason, in code points. */
export const TEXT_MAX = 20_000;

// C0 controls but tab and line feed, DEL, and the two non-characters that XML and spreadsheets refuse.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g;
const LINE_ENDS = /\r\n?/g;
const LONE_SURROGATE = /\p{Surrogate}/u;
const ANY_CONTROL = /[\u0000-\u001f\u007f\ufffe\uffff]/;
const VISIBLE = /[^\s\p{Cf}\p{Cc}]/u;

function codePoints(value: string): number {
  let count = value.length;
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      count -= 1;
    }
  }
  return count;
}

/** A text as it is kept, or why it is none; see `text`. `max` counts code points. */
export function cleanText(
  value: string,
  max: number,
  mayBeEmpty = false,
): { text: string } | { problem: string } {
  if (LONE_SURROGATE.test(value)) {
    return { problem: 'has half of a surrogate pair' };
  }
  const kept = value.replace(LINE_ENDS, '\n').replace(CONTROLS, '');
  if (!VISIBLE.test(kept)) {
    return mayBeEmpty ? { text: '' } : { problem: 'must not be empty' };
  }
  if (kept.length > max && codePoints(kept) > max) {
    return { problem: `must have at most ${max} characters` };
  }
  return { text: kept };
}

/**
 * Free text: control characters are removed, line ends become line feeds, all else is kept as it was written
 * (emoji, joiners, and bidi overrides too: whoever shows a text isolates it). A lone surrogate is no text.
 * `max` counts code points. `mayBeEmpty`: without a visible character it is ''.
 */
export function text(max = TEXT_MAX, { mayBeEmpty = false } = {}) {
  return z
    .string()
    .transform((value, ctx) => {
      const kept = cleanText(value, max, mayBeEmpty);
      if ('problem' in kept) {
        ctx.addIssue({ code: 'custom', message: kept.problem });
        return z.NEVER;
      }
      return kept.text;
    })
    .describe(`At most ${max} characters (code points); control characters are removed`);
}

/** An id, code or name of something outside: one line, refused when it has control characters. */
export function label(max: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((value) => !ANY_CONTROL.test(value), 'must not have control characters')
    .refine((value) => !LONE_SURROGATE.test(value), 'has half of a surrogate pair');
}

/** An instant with its offset, as epoch ms. */
export function instant() {
  return z.iso
    .datetime({ offset: true, error: 'must be an instant such as 2026-05-12T09:30:00Z' })
    .transform((value, ctx) => {
      const at = Date.parse(value);
      if (!(at >= 0)) {
        ctx.addIssue({ code: 'custom', message: 'is not an instant after 1970' });
        return z.NEVER;
      }
      return at;
    });
}

/** An agency by its id or code. */
export const agencyRef = label(100).describe('Id or code of an agency');

/** A complaint by its id or number. */
export const complaintRef = label(60).describe('Id or number of a complaint');

/** Epoch ms on the wire. */
export function iso(at: number | Date | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

/** An agency and a person as answers name them. */
export const namedAgency = z.object({ id: z.uuid(), name: z.string(), code: z.string() });
export const namedPerson = z.object({ id: z.uuid(), name: z.string() });
