// @vitest-environment node
// No text a person reads stands in the code: it has a key in en.ts.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { bareTexts } from './testing/bare_texts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('**/*.{ts,vue}', { cwd: root }).filter((path) => !/\.test\.ts$|(^|\/)testing\/|^locales\//.test(path));
const sources = files.map((path) => ({ path, text: readFileSync(`${root}${path}`, 'utf8') }));

describe('the check for texts without a key', () => {
  const found = (path: string, text: string) => bareTexts(path, text).map((it) => it.text);

  it.each([
    ['a.ts', 'const title = "Sign in";', ['Sign in']],
    ['a.ts', 'notify(`Hello ${name}, how are you?`);', ['Hello , how are you?']],
    ['a.ts', 'export const label = "Today";', ['Today']],
    ['a.vue', '<script setup lang="ts">const a = "Not sent.";</script><template><p>{{ a }}</p></template>', ['Not sent.']],
    ['a.vue', '<template><p>Good morning</p></template>', ['Good morning']],
    ['a.vue', '<template><p>{{ on ? "yes" : t("error.retry") }}</p></template>', ['yes']],
    ['a.vue', '<template><button :aria-label="`close ${name}`" /></template>', ['close ']],
    ['a.vue', '<template><input placeholder="search" /></template>', ['search']],
    ['a.vue', '<template><TextField label="code" /></template>', ['code']],
  ])('finds it in %s: %s', (path, text, wanted) => {
    expect(found(path, text)).toEqual(wanted);
  });

  it.each([
    ['a.ts', 'throw new DecodeError("Object expected here");'],
    ['a.ts', 'headers.set("Content-Type", "application/json"); import x from "Some Thing";'],
    ['a.ts', 'if (event.key === "Enter") go("/c/7", "M15 5l-7 7 7 7", "flex items-center");'],
    ['a.vue', '<template><p :class="`a b`">{{ t(busy ? "auth.busy" : "auth.sign_in") }} · 7</p></template>'],
    ['a.vue', '<template><p>{{ role === "admin" ? t("account.role.admin") : name }}</p></template>'],
  ])('lets pass what nobody reads: %s: %s', (path, text) => {
    expect(found(path, text)).toEqual([]);
  });
});

describe('texts', () => {
  it('all have a key', () => {
    const found = sources.flatMap(({ path, text }) => bareTexts(path, text).map((it) => `${path}:${it.line}: ${it.text}`));
    expect(files.length).toBeGreaterThan(50);
    expect(found).toEqual([]);
  });

  it('are asked for when something is rendered, not once when a file is loaded: they would stay in that language', () => {
    const early: string[] = [];
    for (const { path, text } of sources.filter((it) => it.path.endsWith('.ts'))) {
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node): void => {
        if (ts.isFunctionLike(node)) return;
        if (ts.isCallExpression(node) && /^(t|plural)$/.test(node.expression.getText())) early.push(`${path}: ${node.getText()}`);
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    expect(early).toEqual([]);
  });
});
