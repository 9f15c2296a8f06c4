// Source files as the tidy rules see them: text, the same text with comments and strings blanked,
// and what each file imports. TypeScript 7 has no parser to call, so a small scanner stands here.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

export type Import = {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
  /** The imported file, relative to the root; null for a package. */
  readonly target: string | null;
};

export type SourceFile = {
  readonly path: string;
  readonly text: string;
  /** `text` with comments and the insides of strings blanked: same length, same lines. */
  readonly code: string;
  readonly imports: readonly Import[];
};

export function readTree(root: string, folders: readonly string[]): SourceFile[] {
  const isSource = (name: string) => name.endsWith('.ts') || name.endsWith('.mjs');
  const top = readdirSync(root).filter(isSource);
  const below = folders
    .filter((folder) => existsSync(posix.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(posix.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => isSource(name) && !/(^|[\\/])node_modules[\\/]/.test(name))
        .map((name) => posix.join(folder, name.replaceAll('\\', '/'))),
    );
  return [...top, ...below]
    .toSorted()
    .map((path) => sourceFile(path, readFileSync(posix.join(root, path), 'utf8')));
}

export function sourceFile(path: string, text: string): SourceFile {
  const code = blank(text);
  return { path, text, code, imports: importsOf(path, text, code) };
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** A file's layer: its top folder, `top` for none, and `test` for a unit test wherever it lies. */
export function layerOf(path: string): string {
  if (path.endsWith('.test.ts')) return 'test';
  const slash = path.indexOf('/');
  return slash < 0 ? 'top' : path.slice(0, slash);
}

// A statement with `from`, a bare or dynamic import, and a file named for a worker.
const importForms = [
  /\b(?:import|export)\b(\s+type\b(?!\s*,|\s+from))?[\s\w$*{},]*?\bfrom\s*(?=['"])/g,
  /\bimport\b()\s*\(?\s*(?=['"])/g,
  /\bnew URL\(()\s*(?=['"])/g,
];

function importsOf(path: string, text: string, code: string): Import[] {
  const found: Import[] = [];
  for (const form of importForms) {
    for (const match of code.matchAll(form)) {
      const open = match.index + match[0].length;
      const close = code.indexOf(text[open]!, open + 1);
      const specifier = text.slice(open + 1, close);
      const relative = specifier.startsWith('.');
      if (match[0].startsWith('new URL') && !relative) continue;
      found.push({
        specifier,
        typeOnly: match[1] !== undefined && match[1] !== '',
        line: lineAt(text, open),
        target: relative ? posix.join(posix.dirname(path), specifier) : null,
      });
    }
  }
  return found;
}

const token =
  /\/\/[^\n]*|\/\*[^]*?\*\/|'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|`|[{}]|\/(?![/*])/g;
const templateText = /(?:\\[^]|\$(?!\{)|[^`\\$])*(`|\$\{)/y;
const regexLiteral = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const regexMayFollow = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|yield|in|of))$/;

/** Blanks comments, and the insides of strings, templates and regular expressions. */
function blank(text: string): string {
  let out = '';
  const openBraces: ('code' | 'template')[] = [];
  const hide = (piece: string) => piece.replace(/[^\n]/g, ' ');
  const keepEnds = (piece: string) => piece[0] + hide(piece.slice(1, -1)) + piece.at(-1);
  const match = (pattern: RegExp, from: number) => {
    pattern.lastIndex = from;
    return pattern.exec(text);
  };

  for (let next = match(token, 0); next !== null; next = match(token, out.length)) {
    out += text.slice(out.length, next.index);
    const piece = next[0];
    if (piece.startsWith('//') || piece.startsWith('/*')) {
      out += hide(piece);
    } else if (piece === '{') {
      openBraces.push('code');
      out += piece;
    } else if (piece === '`' || (piece === '}' && openBraces.pop() === 'template')) {
      out += piece;
      const rest = match(templateText, out.length);
      if (rest === null) return out + hide(text.slice(out.length));
      if (rest[1] === '${') openBraces.push('template');
      out += hide(rest[0].slice(0, -rest[1]!.length)) + rest[1];
    } else if (piece === '/') {
      const literal = regexMayFollow.test(out.trimEnd().slice(-8))
        ? match(regexLiteral, out.length)
        : null;
      out += literal === null ? piece : keepEnds(literal[0]);
    } else {
      out += piece === '}' ? piece : keepEnds(piece);
    }
  }
  return out + text.slice(out.length);
}
