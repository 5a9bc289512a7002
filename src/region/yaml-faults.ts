import { isAlias, visit } from 'yaml';
import type { Document, YAMLError } from 'yaml';

/** Something that is not YAML, and the offset where it is. */
export interface YamlFault {
  offset: number;
  reason: string;
}

/**
 * What keeps a text from being YAML, in words for its author; one fault a line, since the parser stumbles over one
 * mistake several times. Where there are tabs they alone are told: what follows from them is no news.
 */
export function yamlFaults(
  document: Document.Parsed,
  text: string,
  lineAt: (offset: number) => number,
): YamlFault[] {
  const errors = [...document.errors, ...document.warnings];
  const tabs = errors.filter(({ code }) => code === 'TAB_AS_INDENT');
  const told = new Set<number>();
  return (tabs.length > 0 ? tabs : errors)
    .filter(({ pos: [offset] }) => {
      const line = lineAt(offset);
      return !told.has(line) && told.add(line);
    })
    .map((error) => ({ offset: error.pos[0], reason: `not valid YAML: ${inWords(error, text)}` }))
    .concat(errors.length > 0 ? [] : looseAliases(document));
}

function inWords({ code, message, pos: [offset] }: YAMLError, text: string): string {
  switch (code) {
    case 'DUPLICATE_KEY': {
      const key = /^[^\s:,}]+/.exec(text.slice(offset))?.[0] ?? '';
      return `${message}: "${key}" is there already`;
    }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `a value with ": " in it stands in quotes; else the line is indented wrongly`;
    case 'MULTIPLE_DOCS':
      return 'a line "---" begins a second document; one is all that is read';
    case 'UNEXPECTED_TOKEN':
      return `${message}; a value with quotes in it stands between '…'`;
    default:
      return message;
  }
}

/** `*name` without `&name` before it, which the parser finds only when the value is asked for. */
function looseAliases(document: Document.Parsed): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, (_, node) => {
    if (isAlias(node) && node.resolve(document) === undefined) {
      const reason = `not valid YAML: "*${node.source}" is no anchor; text that begins with * stands in quotes`;
      faults.push({ offset: node.range?.[0] ?? 0, reason });
    }
  });
  return faults;
}
