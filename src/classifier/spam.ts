import type { PhraseCounts } from './phrases.js';

/** A link or a handle: an advertisement wants to be followed. */
const LINK =
  /https?:\/\/|www\.|\b[\w-]{2,40}\.(?:ru|com|net|org|me|site|xyz|top|club|shop)\b|(?:^|\s)@\w{4,32}/i;

/**
 * Tells advertisements and frauds: two different cues of the lexicon's list, or one beside a link. One cue alone is no
 * spam, since people complain of casinos and loans too. A hint for the operator's queue; nothing is thrown away by it.
 */
export function isSpam(plain: string, counts: PhraseCounts): boolean {
  return counts.size >= 2 || (counts.size === 1 && LINK.test(plain));
}
