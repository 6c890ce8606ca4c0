// What was run, as the table of docs/clients.md is made from: one JSON object a line in the file CLIENTS_RESULTS.
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';

const FILE = process.env.CLIENTS_RESULTS;

function note(entry) {
  if (FILE) appendFileSync(FILE, `${JSON.stringify(entry)}\n`);
}

// A test of one client; how it ended goes into the table as `scenario` under the client's package and version.
export function clientTest({ client, version, mode, scenario }, run) {
  test(scenario, { timeout: 60_000 }, async (context) => {
    try {
      await run(context);
      note({ client, version, mode, scenario, passed: true });
    } catch (error) {
      note({ client, version, mode, scenario, passed: false });
      throw error;
    }
  });
}

export const debianVersion = (name) => execFileSync('dpkg-query', ['-W', '-f=${Version}', name], { encoding: 'utf8' });
