// Finds texts that a person would read but that have no key: in scripts by their looks (they begin with a capital and
// have a word), in templates by where they stand (text, interpolations, attributes that are shown or read out).
import ts from 'typescript';
import { parse, type SFCTemplateBlock } from 'vue/compiler-sfc';
import { en } from '../en';

export interface Bare {
  readonly line: number;
  readonly text: string;
}

/** Names of headers, keys and types, which begin with a capital as well. */
const names = new Set(
  ('Accept Authorization Bearer Link Retry Error Enter Escape Tab Home End Shift Control Alt Meta Backspace Delete Space ' +
    'PageUp PageDown ArrowUp ArrowDown ArrowLeft ArrowRight DELETE GET PATCH POST PUT').split(' '),
);
const shownAttribute = /^(aria-label|aria-description|aria-roledescription|aria-valuetext|alt|title|placeholder|label|text|hint|error|heading)$/;

/** The text of a literal; of a template only what stands between the values. */
function literalText(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map((span) => span.literal.text).join('');
  return null;
}

function readByNobody(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent)) return true;
  if (ts.isLiteralTypeNode(parent)) return true;
  if (ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText())) return true;
  if (ts.isCaseClause(parent)) return true;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return true;
  if (ts.isElementAccessExpression(parent)) return true;
  // What a programmer reads in a log.
  return ts.isNewExpression(parent) && /Error$/.test(parent.expression.getText());
}

function literals(source: ts.SourceFile, bare: (text: string) => boolean): { at: number; text: string }[] {
  const found: { at: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const text = literalText(node);
    if (text !== null && bare(text) && !readByNobody(node)) found.push({ at: node.getStart(source), text });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const looksRead = (text: string) => /^\p{Lu}/u.test(text) && /\p{L}{3,}/u.test(text) && (/\S\s+\S|[.!?…]/u.test(text) || /^\p{Lu}\p{Ll}+$/u.test(text)) && !names.has(text);

function inScript(text: string, firstLine: number): Bare[] {
  const source = ts.createSourceFile('script.ts', text, ts.ScriptTarget.Latest, true);
  return literals(source, looksRead).map(({ at, text: bare }) => ({ line: firstLine + source.getLineAndCharacterOfPosition(at).line, text: bare }));
}

function inExpression(expression: string): string[] {
  const source = ts.createSourceFile('expression.ts', `(${expression})`, ts.ScriptTarget.Latest, true);
  return literals(source, (text) => /\p{L}/u.test(text) && !(text in en)).map(({ text }) => text);
}

type TemplateNode = NonNullable<SFCTemplateBlock['ast']>['children'][number];

// The numbers that Vue's parser gives to what it finds.
const kinds = { element: 1, text: 2, interpolation: 5, attribute: 6 };

function inTemplate(nodes: readonly TemplateNode[]): Bare[] {
  return nodes.flatMap((node): Bare[] => {
    const { line } = node.loc.start;
    const kind: number = node.type;
    if (kind === kinds.text && 'content' in node && typeof node.content === 'string') {
      return /\p{L}/u.test(node.content) ? [{ line, text: node.content.trim() }] : [];
    }
    if (kind === kinds.interpolation) return inExpression(node.loc.source.slice(2, -2)).map((text) => ({ line, text }));
    if (kind !== kinds.element || !('props' in node)) return [];
    const attributes = node.props.flatMap((prop): Bare[] => {
      const propKind: number = prop.type;
      if (propKind === kinds.attribute && 'value' in prop) {
        const text = prop.value?.content ?? '';
        return shownAttribute.test(prop.name) && /\p{L}/u.test(text) ? [{ line: prop.loc.start.line, text }] : [];
      }
      if (!('exp' in prop) || prop.name !== 'bind' || prop.exp === undefined || prop.arg === undefined) return [];
      if (!shownAttribute.test(prop.arg.loc.source)) return [];
      return inExpression(prop.exp.loc.source).map((text) => ({ line: prop.loc.start.line, text }));
    });
    return [...attributes, ...inTemplate(node.children)];
  });
}

export function bareTexts(path: string, text: string): Bare[] {
  if (!path.endsWith('.vue')) return inScript(text, 1);
  const { descriptor } = parse(text, { filename: path });
  const scripts = [descriptor.script, descriptor.scriptSetup].flatMap((block) => (block === null ? [] : inScript(block.content, block.loc.start.line)));
  return [...scripts, ...inTemplate(descriptor.template?.ast?.children ?? [])];
}
