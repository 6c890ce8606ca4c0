// @vitest-environment node
// 52: what the layout says of left and right it says as start and end, so that it holds in both directions.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const utility =
  /(?<![\w-])-?(?:[mp][lr]|scroll-[mp][lr]|left|right|border-[lr]|rounded-(?:[lr]|[tb][lr])|text-(?:left|right)|float-(?:left|right)|clear-(?:left|right)|origin-(?:(?:top|bottom)-)?(?:left|right))(?:-(?:\[[^\]]*\]|\([^)]*\)|[a-z0-9./]+))*(?![\w-])/g;
const property =
  /(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|border-(?:top|bottom)-(?:left|right)-radius|left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)/g;

function physical(path: string, text: string): string[] {
  if (path.endsWith('.css')) return text.match(property) ?? [];
  // Classes stand in quotes; what a script calls `left` is its own matter.
  const quoted = text.match(/"[^"\n]*"|'[^'\n]*'|`[^`]*`/g) ?? [];
  return quoted.flatMap((it) => it.match(utility) ?? []).filter((it) => it.includes('-'));
}

describe('the check for physical directions', () => {
  it.each([
    ['a.vue', '<p class="flex ml-2">', ['ml-2']],
    ['a.vue', '<p class="wide:pr-[3px] -left-4">', ['pr-[3px]', '-left-4']],
    ['a.vue', '<p class="rounded-tl-lg text-right border-l">', ['rounded-tl-lg', 'text-right', 'border-l']],
    ['a.ts', "const look = 'float-left p-2';", ['float-left']],
    ['a.css', 'p { margin-left: 1px; left: 0; text-align: right; border-top-left-radius: 2px }', ['margin-left:', 'left:', 'text-align: right', 'border-top-left-radius:']],
  ])('finds it in %s: %s', (path, text, found) => {
    expect(physical(path, text)).toEqual(found);
  });

  it.each([
    ['a.vue', '<p class="ms-2 pe-[3px] -start-4 rounded-ss-lg text-end border-s rtl:-scale-x-100">'],
    ['a.vue', '<script setup lang="ts">const left = computed(() => limit - used);</script><p :class="left < 0 ? \'a-b\' : \'c\'">'],
    ['a.css', 'p { margin-inline-start: 1px; inset-inline-end: 0; text-align: end }'],
  ])('lets pass what follows the direction: %s', (path, text) => {
    expect(physical(path, text)).toEqual([]);
  });
});

describe('the app', () => {
  it('52: knows start and end, not left and right', () => {
    const files = globSync('**/*.{ts,vue,css}', { cwd: root }).filter((path) => !/\.test\.ts$|(^|\/)testing\/|^locales\//.test(path));
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap((path) => physical(path, readFileSync(`${root}${path}`, 'utf8')).map((it) => `${path}: ${it}`))).toEqual([]);
  });
});
