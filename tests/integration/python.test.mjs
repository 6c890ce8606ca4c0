// Debian's python3-socketio over each transport: python_client.py's tests, each reported here by name.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { register } from './support/people.mjs';
import { Server } from './support/server.mjs';

const PYTHON = process.env.PARLEY_PYTHON ?? '/usr/bin/python3';
const SCRIPT = path.join(path.dirname(fileURLToPath(import.meta.url)), 'python_client.py');
const TESTS = [
  'test_is_on_the_transport_meant',
  'test_connection_event',
  'test_message_without_acknowledgement',
  'test_message_with_acknowledgement',
  'test_a_burst_arrives_in_order',
  'test_read_marks',
  'test_errors',
  'test_catching_up',
  'test_a_bad_token_is_refused',
];

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

function run(config) {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, [SCRIPT, JSON.stringify(config)], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, output }));
  });
}

for (const [name, transports] of Object.entries({
  polling: ['polling'],
  websocket: ['websocket'],
  upgrade: ['polling', 'websocket'],
})) {
  describe(`python3-socketio over ${name}`, () => {
    let result;
    before(async () => {
      const [admin, user] = [await register(server, 'admin'), await register(server, 'user')];
      const known = ({ id, token }) => ({ id, token });
      result = await run({ url: server.url, transports, admin: known(admin), user: known(user) });
    });
    for (const claim of TESTS) {
      test(claim.replace(/^test_/, '').replaceAll('_', ' '), () => {
        assert.match(result.output, new RegExp(`^${claim} .*\\.\\.\\. ok$`, 'm'), result.output);
      });
    }
    test('and nothing else failed', () => {
      assert.equal(result.code, 0, result.output);
      assert.match(result.output, new RegExp(`^Ran ${TESTS.length} tests`, 'm'));
    });
  });
}
