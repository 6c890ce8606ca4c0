// Debian's python3-socketio and python3-engineio, with threads and with asyncio, over each transport: the scenarios of
// python_client.py, each reported here by name.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientTest, debianVersion } from './support/results.mjs';
import { MODES } from './support/scenarios.mjs';
import { Server } from './support/server.mjs';

const PYTHON = process.env.PARLEY_PYTHON ?? '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('python_client.py', import.meta.url));
const SOCKET_IO = [
  'acknowledgements_by_the_client',
  'acknowledgements_by_the_server',
  'a_burst_in_order',
  'auth_payload',
  'binary_both_ways',
  'comes_back_after_the_server_was_killed',
  'connects_on_its_transport',
  'disconnection_by_the_server',
  'events_both_ways',
  'heartbeat_over_four_intervals',
  'refusal_with_data',
  'rooms_and_broadcasts',
  'several_namespaces',
  'timeout_of_an_acknowledgement',
];
const ENGINE_IO = ['echoes_text_and_binary', 'heartbeat_over_four_intervals'];
const KINDS = {
  threads: { client: 'python3-socketio', name: 'with threads', scenarios: SOCKET_IO },
  asyncio: { client: 'python3-socketio', name: 'with asyncio', scenarios: SOCKET_IO },
  engine: { client: 'python3-engineio', name: 'with threads', scenarios: ENGINE_IO },
  engine_asyncio: { client: 'python3-engineio', name: 'with asyncio', scenarios: ENGINE_IO },
};

// Resolves with "ok" or what went wrong, by scenario. The program asks for its server to be killed and started.
async function play(kind, mode) {
  const server = await Server.start();
  const { transports } = MODES[mode];
  const config = JSON.stringify({ kind, url: server.url, transports });
  const child = spawn(PYTHON, [SCRIPT, config], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
  const [results, ended] = [new Map(), new Promise((resolve) => child.once('exit', resolve))];
  let [rest, errors] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  child.stdout.setEncoding('utf8').on('data', async (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const [word, name, ...why] = line.split(' ');
      if (word === 'want') {
        await server[name]();
        child.stdin.write('done\n');
      } else {
        results.set(name.replace(/:$/, ''), [word, ...why].join(' '));
      }
    }
  });
  const code = await ended;
  await server.stop();
  return { code, results, errors };
}

for (const [kind, { client, name, scenarios }] of Object.entries(KINDS)) {
  for (const mode of Object.keys(MODES)) {
    describe(`${client} ${name} over ${mode}`, () => {
      const version = `${debianVersion(client)} ${name}`;
      let run;
      before(async () => {
        run = await play(kind, mode);
      });
      for (const scenario of scenarios) {
        clientTest({ client, version, mode, scenario: scenario.replaceAll('_', ' ') }, () => {
          assert.equal(run.results.get(scenario), 'ok', run.errors);
        });
      }
      test('nothing else failed', () => {
        assert.equal(run.code, 0, run.errors);
        assert.deepEqual([...run.results.keys()].sort(), [...scenarios].sort());
      });
    });
  }
}
