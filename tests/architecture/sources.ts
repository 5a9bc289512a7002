import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The files of the project that git knows or would add, as paths from the root with forward slashes. */
export function projectFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return [...new Set(listed.split('\0'))].filter((path) => path && existsSync(join(root, path)));
}

export const contentOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export interface ImportStatement {
  from: string;
  /** A path from the root without its ending (`src/domain/clocks`), or a package's name. */
  to: string;
  isPackage: boolean;
  /** Erased by the compiler: nothing of the other file runs. */
  isTypeOnly: boolean;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    return node.isTypeOnly;
  }
  const clause = node.importClause;
  if (!clause) {
    return false;
  }
  const named = clause.namedBindings;
  return (
    clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
    (!clause.name &&
      named !== undefined &&
      ts.isNamedImports(named) &&
      named.elements.length > 0 &&
      named.elements.every((element) => element.isTypeOnly))
  );
}

function resolve(from: string, specifier: string): { to: string; isPackage: boolean } {
  if (!specifier.startsWith('.')) {
    const parts = specifier.split('/');
    return { to: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/'), isPackage: true };
  }
  const path = relative(root, join(root, dirname(from), specifier)).replaceAll('\\', '/');
  return { to: path.replace(/\.(js|ts|tsx|mjs)$/, ''), isPackage: false };
}

/** The import statements of a TypeScript file, dynamic imports and re-exports included. */
export function importsOf(path: string): ImportStatement[] {
  const source = ts.createSourceFile(path, contentOf(path), ts.ScriptTarget.ES2022, true);
  const found: ImportStatement[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier && ts.isStringLiteralLike(specifier)) {
      found.push({ from: path, ...resolve(path, specifier.text), isTypeOnly: typeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, isTypeOnly(node));
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
