const DISTANCE_MAX = 3;

/** ` ; did you mean "…"?` with the candidate that is spelt most alike, or nothing when none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : `; did you mean "${found}"?`;
}

/** The candidate spelt most like the word; undefined when all are too far. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.min(DISTANCE_MAX, Math.floor(word.length / 3));
  let best: { distance: number; candidate: string } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(word, candidate);
    if (distance <= limit && (best === undefined || distance < best.distance)) {
      best = { distance, candidate };
    }
  }
  return best?.candidate;
}

/** How many letters have to be put in, taken out or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
