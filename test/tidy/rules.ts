// The house rules that a machine can judge, one small function each. A rule gets the whole tree and
// returns complaints; it reads no file itself, so that a planted snippet can be judged as well.
import {
  bannedCallers,
  coreLayers,
  defaultExporters,
  entryPoints,
  type Exception,
  layers,
  longFiles,
  maxLines,
  textExceptions,
} from './lists.ts';
import { type Import, layerOf, lineAt, type SourceFile } from './source.ts';

export type Complaint = { readonly file: string; readonly line: number; readonly message: string };
export type Rule = (tree: readonly SourceFile[]) => Complaint[];

const eachFile =
  (judge: (file: SourceFile) => Complaint[]): Rule =>
  (tree) =>
    tree.flatMap(judge);

const at = (file: SourceFile, offset: number, message: string): Complaint => ({
  file: file.path,
  line: lineAt(file.text, offset),
  message,
});

const among = (list: readonly Exception[], file: SourceFile) =>
  list.some((exception) => exception.file === file.path);

/** Complains at every match of `pattern`, looking in the code or in the whole text. */
function forbid(
  file: SourceFile,
  pattern: RegExp,
  where: 'code' | 'text',
  message: (found: string) => string,
): Complaint[] {
  return [...file[where].matchAll(pattern)].map((m) => at(file, m.index, message(m[0])));
}

const covers = (list: readonly string[], name: string) =>
  list.some((entry) => entry === '*' || entry === name || (entry === 'node:*' && isNode(name)));

const isNode = (name: string) => name.startsWith('node:');

function packageName(specifier: string): string {
  if (isNode(specifier)) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function mayImport(from: string, edge: Import): boolean {
  const layer = layers[from]!;
  if (edge.target === null) return covers(layer.packages, packageName(edge.specifier));
  const to = layerOf(edge.target);
  if (to === from) return true;
  if (edge.typeOnly && covers(layer.types, to)) return true;
  if (!covers(layer.values, to)) return false;
  return edge.typeOnly || !layer.typesOnly?.some((folder) => edge.target!.startsWith(folder));
}

const importsPointOneWay: Rule = eachFile((file) => {
  const from = layerOf(file.path);
  return file.imports
    .filter((edge) => !mayImport(from, edge))
    .map(({ line, specifier, typeOnly }) => ({
      file: file.path,
      line,
      message:
        `${from} must not import ${typeOnly ? 'types' : 'values'} from '${specifier}': ` +
        `move the code down a layer, or pass it in`,
    }));
});

const noDefaultExports: Rule = eachFile((file) =>
  among(defaultExporters, file)
    ? []
    : forbid(
        file,
        /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/g,
        'code',
        () => 'default export: export it by name',
      ),
);

const noEnumOrNamespace: Rule = eachFile((file) =>
  forbid(
    file,
    /(?<=^|[;{}]|\bexport|\bdeclare|\bconst)[ \t]*\b(enum|namespace|module)\s+[\w$.]+\s*\{/gm,
    'code',
    (found) => `${found.trim().split(/\s/)[0]}: use a union of literals, or a module`,
  ),
);

const bannedCalls = new RegExp(
  [
    /\bMath\.random\b/,
    /\b(?:Date|performance)\.now\b/,
    /\bnew Date\b/,
    /\bprocess\.(?:env|hrtime)\b/,
    /\bcrypto\.random\w*/,
    /\b(?:randomBytes|randomUUID|randomInt|getRandomValues)\b/,
  ]
    .map((call) => call.source)
    .join('|'),
  'g',
);

const noBannedCalls: Rule = eachFile((file) => {
  const inCore = coreLayers.some((layer) => file.path.startsWith(`${layer}/`));
  if (!inCore || among(bannedCallers, file)) return [];
  return forbid(
    file,
    bannedCalls,
    'code',
    (found) => `${found} in the core: chance comes through pick and choose, the rest is passed in`,
  );
});

export const lineCount = (file: SourceFile) => file.text.trimEnd().split('\n').length;

const noLongFiles: Rule = eachFile((file) => {
  const lines = lineCount(file);
  if (lines <= maxLines || among(longFiles, file)) return [];
  return [
    { file: file.path, line: maxLines, message: `${lines} lines, over ${maxLines}: split it` },
  ];
});

/** A file is alive if a test or an entry point leads to it. */
const noDeadFiles: Rule = (tree) => {
  const byPath = new Map(tree.map((file) => [file.path, file]));
  const isRoot = (file: SourceFile) => file.path.endsWith('.test.ts') || among(entryPoints, file);
  const queue = tree.filter(isRoot);
  const alive = new Set(queue);
  for (const file of queue) {
    for (const { target } of file.imports) {
      const imported = target === null ? undefined : byPath.get(target);
      if (imported === undefined || alive.has(imported)) continue;
      alive.add(imported);
      queue.push(imported);
    }
  }
  return tree
    .filter((file) => !alive.has(file))
    .map((file) => at(file, 0, 'dead file: neither an entry point nor a test leads to it'));
};

const startsWithComment: Rule = eachFile((file) => {
  const body = file.text.replace(/^#!.*\n/, '');
  const comment = /^(?:\/\/[^\n]*\n?)+|^\/\*[^]*?\*\//.exec(body)?.[0] ?? '';
  const words = comment.match(/[A-Za-z]{2,}/g) ?? [];
  return words.length >= 3 ? [] : [at(file, 0, 'no first comment that says what lives here')];
});

const noForbiddenText: Rule = eachFile((file) =>
  among(textExceptions, file)
    ? []
    : forbid(
        file,
        /(?<![\w.])\/(?:work|home)\/|\b(?:TODO|FIXME)\b/g,
        'text',
        (found) => `'${found}': name no machine's folders, and finish or drop what is left to do`,
      ),
);

const exceptionLists: readonly [Rule, readonly Exception[]][] = [
  [noLongFiles, longFiles],
  [noBannedCalls, bannedCallers],
  [noDefaultExports, defaultExporters],
  [noForbiddenText, textExceptions],
];

/** An exception must name a file that would break the rule; judged under a name not excepted. */
const noIdleExceptions: Rule = (tree) =>
  exceptionLists.flatMap(([rule, list]) =>
    list.flatMap(({ file: path, reason }) => {
      const file = tree.find((candidate) => candidate.path === path);
      if (file && rule([{ ...file, path: `${path}.unexcused` }]).length > 0) return [];
      return [{ file: path, line: 1, message: `needs no exception any more ("${reason}")` }];
    }),
  );

export const rules = {
  importsPointOneWay,
  noDefaultExports,
  noEnumOrNamespace,
  noBannedCalls,
  noLongFiles,
  noDeadFiles,
  startsWithComment,
  noForbiddenText,
  noIdleExceptions,
} satisfies Record<string, Rule>;
