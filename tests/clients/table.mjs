// table.mjs RESULTS: writes the table of docs/clients.md from the results of a full run (CLIENTS_RESULTS), between its
// two marks. Ends with 1 if anything of it failed.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const PAGE = new URL('../../docs/clients.md', import.meta.url);
export const MARKS = ['<!-- table: written by tests/clients/table.mjs -->', '<!-- end of the table -->'];
const MODES = ['polling', 'websocket', 'upgrade'];

// Scenarios count once for each client, whatever the transport; the parts of a compressed run count as one.
const kindOf = ({ scenario }) => scenario.replace(/^(compression \w+):.*/, '$1');

export function table(results) {
  const rows = new Map();
  for (const result of results) {
    const key = `${result.client} ${result.version}`;
    if (!rows.has(key)) rows.set(key, { client: result.client, version: result.version, modes: {} });
    (rows.get(key).modes[result.mode] ??= []).push(result);
  }
  const cell = (runs) => {
    if (!runs) return '–';
    if (runs.every(({ scenario }) => scenario === 'refused')) return runs.every(({ passed }) => passed) ? 'refused' : 'NOT REFUSED';
    const passed = runs.filter((run) => run.passed).length;
    return passed === runs.length ? `${passed}` : `${passed} of ${runs.length}`;
  };
  const text = (a) => `${a.client}\0${a.version.replace(/\d+/g, (digits) => digits.padStart(4, '0'))}`;
  const lines = [...rows.values()]
    .sort((a, b) => (text(a) < text(b) ? -1 : 1))
    .map(({ client, version, modes }) => `| ${client} | ${version} | ${MODES.map((mode) => cell(modes[mode])).join(' | ')} |`);
  const head = ['| client | version | polling | WebSocket | upgrade |', '|---|---|---|---|---|'];
  return [...head, ...lines].join('\n');
}

export function scenarios(results) {
  const seen = new Map();
  for (const result of results) {
    if (result.scenario === 'refused') continue;
    const kinds = seen.get(result.client) ?? new Set();
    seen.set(result.client, kinds.add(kindOf(result)));
  }
  return [...seen].sort().map(([client, kinds]) => `- **${client}**: ${[...kinds].sort().join('; ')}.`).join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = readFileSync(process.argv[2], 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const page = readFileSync(PAGE, 'utf8');
  const [start, end] = MARKS.map((mark) => page.indexOf(mark));
  if (start < 0 || end < start) throw new Error('docs/clients.md has lost its marks');
  const made = `${MARKS[0]}\n\n${table(results)}\n\nWhat was run of each:\n\n${scenarios(results)}\n\n`;
  writeFileSync(PAGE, page.slice(0, start) + made + page.slice(end));
  const failed = results.filter(({ passed }) => !passed).length;
  console.log(`${results.length - failed} passed, ${failed} failed: real clients`);
  process.exit(failed ? 1 : 0);
}
