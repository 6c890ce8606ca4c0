// docs/clients.md shows what package-lock.json holds: a version that changes must be run again, and nothing in the table
// may be from memory.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { locked, require } from './support/clients.mjs';
import { MARKS, PAGE, table } from './table.mjs';

// Not clients themselves.
const TOOLS = ['@feathersjs/feathers', 'playwright-core', 'ws'];

const rows = readFileSync(PAGE, 'utf8')
  .split(MARKS[0])[1]
  .split(MARKS[1])[0]
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| client '))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('the table names the versions of package-lock.json, each of them and no others', () => {
  const { devDependencies } = require('../package.json');
  const expected = Object.keys(devDependencies)
    .filter((alias) => !TOOLS.includes(alias))
    .map(locked)
    .map(({ client, version }) => `${client} ${version}`);
  const shown = rows.map(([, client, version]) => `${client} ${version}`).filter((row) => !/^python3-|in Chromium$/.test(row));
  assert.deepEqual(shown.sort(), expected.sort());
});

test('nothing in the table has failed, and old protocols alone are refused', () => {
  for (const [, client, version, ...cells] of rows) {
    const old = /^(engine\.io-client [13]|socket\.io-client [12]|\S+-pure |sails|python3-socketio-client|socket\.io-msgpack)/;
    const expected = old.test(`${client} ${version}`) ? /^(refused|–)$/ : /^(\d+|–)$/;
    for (const cell of cells.slice(0, 3)) assert.match(cell, expected, `${client} ${version}`);
  }
});

test('a failure is shown as one', () => {
  const run = { client: 'c', version: '1', mode: 'polling' };
  const lines = table([{ ...run, scenario: 'a', passed: true }, { ...run, scenario: 'b', passed: false }]);
  assert.match(lines, /\| c \| 1 \| 1 of 2 \| – \| – \|/);
  assert.match(table([{ ...run, scenario: 'refused', passed: false }]), /NOT REFUSED/);
});
