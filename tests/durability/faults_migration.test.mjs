// F8, F5: `parley migrate` and `parley serve` on a database of the original application and of the schema before the
// newest, killed at the k-th call, or with the k-th call failing: old or new, never between; the backup is whole; the
// next start goes on. Sampled unless FAULTS_FULL=1.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { Server } from '../integration/support/server.mjs';
import { FULL, copyOf, newFolder, parley, strikes } from './support/faulty.mjs';
import { Faults, noLibfault } from './support/libfault.mjs';

const ROWS = 300;
const FILE = 'parley.db';
const BACKUP = /^parley\.db\.before-\d+-\d{8}T\d{6}Z(-\d+)?$/;
const CALLS = { calls: 'read write sync truncate open name', match: FILE };
const COUNTS = { migrate: 8, serve: 4 };

// The steps as the server has them.
const steps = [
  ...readFileSync(new URL('../../src/store_sqlite/schema.cpp', import.meta.url), 'utf8').matchAll(/R"\(([\s\S]*?)\)";/g),
].map((found) => found[1]);

// A data directory with a database of `version`; 0: as the original application leaves it.
function dataOf(version) {
  const folder = newFolder();
  const database = new DatabaseSync(path.join(folder, FILE));
  database.exec(steps[0]);
  const user = database.prepare('INSERT INTO user (id, name, email, password, role) VALUES (?, ?, ?, ?, ?)');
  for (const [id, role] of ['admin', 'user', 'user'].entries()) user.run(id + 1, `N${id}`, `n${id}@example.org`, 'x', role);
  const chat = database.prepare(
    'INSERT INTO chat (id, sender_id, receiver_id, content, timestamp, read_status) VALUES (?, ?, ?, ?, ?, ?)',
  );
  database.exec('BEGIN');
  for (let id = 1; id <= ROWS; ++id) {
    chat.run(id, (id % 2) + 1, ((id + 1) % 2) + 1, `message ${id} `.repeat(20), '2024-11-27 12:00:00.000001', id % 3 ? 1 : 0);
  }
  database.exec('COMMIT');
  for (const step of steps.slice(1, version)) database.exec(step);
  if (version === 0) database.exec('PRAGMA user_version = 0');
  database.close();
  return folder;
}

// What is in a database file: {schema, rows}. Opening repairs it, so a copy is opened.
function contentOf(folder, file) {
  const copy = copyOf(folder);
  const database = new DatabaseSync(path.join(copy, file));
  try {
    const all = (sql) => JSON.stringify(database.prepare(sql).all());
    assert.equal(all('PRAGMA integrity_check'), '[{"integrity_check":"ok"}]');
    const version = all('PRAGMA user_version') + all('PRAGMA application_id');
    const schema = version + all("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2");
    const columns = 'id, sender_id, receiver_id, content, timestamp, read_status';
    const rows = all('SELECT id, name, email, password, role FROM user') + all(`SELECT ${columns} FROM chat ORDER BY id`);
    return { schema, rows };
  } finally {
    database.close();
    rmSync(copy, { recursive: true, force: true });
  }
}

const commands = {
  migrate: (data, environment) => parley(['migrate', '--data', data], environment),
  serve: async (data, environment) => {
    try {
      const server = await Server.start({ data, environment });
      await server.terminate();
      return { ...(await server.itsEnd()), output: server.output };
    } catch (error) {
      const how = /ended with (\w+) before it listened/.exec(error.message)?.[1];
      return { code: Number(how), signal: /^SIG/.test(how) ? how : null, output: error.message };
    }
  },
};

function backupsIn(data) {
  return readdirSync(data).filter((name) => BACKUP.test(name));
}

// Old or new; a whole backup if there is one, and there is one if it is new.
function assertOldOrNew(data, old, fresh) {
  const now = contentOf(data, FILE);
  assert.ok([old.schema, fresh.schema].includes(now.schema), `between: ${now.schema}`);
  assert.equal(now.rows, old.rows);
  const backups = backupsIn(data);
  for (const backup of backups) assert.deepEqual(contentOf(data, backup), old);
  if (now.schema === fresh.schema) assert.ok(backups.length > 0, 'no backup of what was migrated');
  return now.schema === fresh.schema;
}

async function migrated(source) {
  const data = copyOf(source);
  const { code, output } = await commands.migrate(data);
  assert.equal(code, 0, output);
  return contentOf(data, FILE);
}

async function sweep(t, version, command, error) {
  const source = dataOf(version);
  const [old, fresh] = [contentOf(source, FILE), await migrated(source)];
  assert.notEqual(old.schema, fresh.schema);
  const faults = new Faults();
  const run = commands[command];
  faults.count(0, CALLS);
  assert.equal((await run(copyOf(source), faults.environment)).code, 0);
  const last = faults.seen(0);
  assert.ok(last > 50, `${last} calls`);
  let fired = 0;
  const seen = { old: 0, new: 0 };
  for (const k of strikes(last, Number(process.env.FAULTS_COUNT ?? COUNTS[command]))) {
    const data = copyOf(source);
    faults.arm(0, { ...CALLS, at: k, error });
    const { code, signal, output } = await run(data, faults.environment);
    faults.disarm(0);
    const struck = faults.struck(0) > 0;
    fired += struck ? 1 : 0;
    try {
      if (error === 'kill') assert.equal(signal, struck ? 'SIGKILL' : null);
      else assert.ok(signal === null && [0, 65, 73, 74].includes(code), `code ${code}, ${signal}`);
      const done = assertOldOrNew(data, old, fresh);
      ++seen[done ? 'new' : 'old'];
      if (code === 0) assert.ok(done, 'said that it was done');
      const next = await run(data);
      assert.equal(next.code, 0, next.output);
      assert.ok(assertOldOrNew(data, old, fresh));
    } catch (failure) {
      failure.message = `k = ${k} of ${last}: ${failure.message}\n${output}`;
      throw failure;
    }
    rmSync(data, { recursive: true, force: true });
  }
  faults.close();
  if (FULL) assert.ok(seen.old > 0 && seen.new > 0, JSON.stringify(seen));
  t.diagnostic(`${command} from schema ${version}, ${error}: ${JSON.stringify(seen)}, ${fired} of ${last} fired`);
}

describe('F8: migrations', { skip: noLibfault }, () => {
  for (const version of [0, steps.length - 1]) {
    for (const command of ['migrate', 'serve']) {
      test(`F8: ${command} from schema ${version}, killed at the k-th call: old or new, and the next start goes on`, (t) =>
        sweep(t, version, command, 'kill'));
      test(`F5: ${command} from schema ${version}, the k-th call fails: old or new, and the next start goes on`, (t) =>
        sweep(t, version, command, 'EIO'));
    }
  }

  test('F3: no room for the backup: nothing is migrated, and it goes on when there is room', async () => {
    const source = dataOf(0);
    const old = contentOf(source, FILE);
    const faults = new Faults();
    faults.arm(0, { calls: 'write', later: true, error: 'ENOSPC', match: '.before-' });
    const { code, output } = await commands.migrate(source, faults.environment);
    assert.ok(faults.struck(0) > 0);
    assert.ok([73, 74].includes(code), output);
    assert.deepEqual(contentOf(source, FILE), old);
    assert.deepEqual(backupsIn(source), []);
    faults.close();
    assert.equal((await commands.migrate(source)).code, 0);
  });
});
