/**
 * Reply templates: text with placeholders in braces. Some the desk fills from the complaint, the others who answers.
 * A brace that opens no known placeholder is a mistake, so that none is ever published.
 */

/** What the desk fills by itself. */
export const FILLED_BY_DESK = [
  'number',
  'received',
  'due',
  'topic',
  'municipality',
  'agency',
] as const;
/** What who answers fills: until when, what was or will be done, why, where it is written, whom to call. */
export const FILLED_BY_HAND = ['until', 'works', 'reason', 'link', 'phone'] as const;
export const PLACEHOLDERS = [...FILLED_BY_DESK, ...FILLED_BY_HAND] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Values for placeholders; null or absent: there is none. */
export type PlaceholderValues = Partial<Record<Placeholder, string | null>>;

/** What is wrong with a template's text, or null. */
export function templateMistake(text: string): string | null {
  for (const [whole, name] of text.matchAll(/\{([^{}]*)\}?|\}/g)) {
    if (name === undefined || !whole.endsWith('}')) return 'a brace stands alone';
    if (!isPlaceholder(name)) {
      return `there is no placeholder {${name}}; known are ${PLACEHOLDERS.map((one) => `{${one}}`).join(', ')}`;
    }
  }
  return null;
}

/** The placeholders of a text, each once, in order. */
export function placeholdersOf(text: string): Placeholder[] {
  const names = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
  return [...new Set(names.filter(isPlaceholder))];
}

/** The text with every placeholder filled; or, when some have no value, which. What was filled in is not read again. */
export function fillTemplate(
  text: string,
  values: PlaceholderValues,
): { text: string } | { missing: Placeholder[] } {
  const missing = placeholdersOf(text).filter((name) => (values[name] ?? '') === '');
  return missing.length > 0
    ? { missing }
    : { text: text.replace(/\{([^{}]*)\}/g, (_, name: Placeholder) => values[name] ?? '') };
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}
