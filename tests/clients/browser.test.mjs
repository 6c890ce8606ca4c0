// The browser builds of the oldest and the newest socket.io-client here, in Chromium.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { chromium } from 'playwright-core';
import { atLeast, lockedVersions, packageFile } from './support/clients.mjs';
import { clientTest } from './support/results.mjs';
import { MODES } from './support/scenarios.mjs';
import { Server } from './support/server.mjs';

const VERSIONS = lockedVersions('socket.io-client').filter(({ version }) => atLeast(version, 3));

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: ['--disable-features=LocalNetworkAccessChecks'], // the page's own answer is made up, so it has no address
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Runs inside the page; gives back what it saw, as JSON can say it.
async function inThePage({ transports, last }) {
  const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
  const socket = globalThis.io({ transports, auth: { token: 'h\u00e9 \u{1f600}' }, reconnectionDelay: 20 });
  const [auth] = await next(socket, 'auth');
  if (socket.io.engine.transport.name !== last) await next(socket.io.engine, 'upgrade');
  const sent = { bytes: new Uint8Array([0, 1, 255]), blob: new Blob(['in a blob']), text: '\u2028', big: 'x'.repeat(200_000) };
  const answer = await new Promise((resolve) => socket.emit('message-with-ack', sent, resolve));
  socket.on('question', (text, reply) => reply(`${text} yes`, new Uint8Array([7])));
  const answered = next(socket, 'answered');
  socket.emit('ask', 'there?');
  const [word, seven] = await answered;
  let pings = 0;
  await new Promise((resolve) => socket.io.engine.on('packet', ({ type }) => type === 'ping' && ++pings === 2 && resolve()));
  const before = socket.id;
  socket.emit('break-me');
  await next(socket, 'disconnect');
  await next(socket, 'connect');
  const seen = {
    auth,
    transport: last,
    bytes: Array.from(new Uint8Array(answer.bytes)),
    blob: new TextDecoder().decode(answer.blob),
    text: answer.text,
    big: answer.big.length,
    word,
    seven: Array.from(new Uint8Array(seven)),
    anew: socket.id !== before,
  };
  socket.disconnect();
  return seen;
}

for (const { alias, client, version } of [VERSIONS[0], VERSIONS.at(-1)]) {
  for (const [mode, { transports }] of Object.entries(MODES)) {
    describe(`${client} ${version} in Chromium over ${mode}`, () => {
      const scenario = 'auth, events, binary, acknowledgements, heartbeat, coming back';
      clientTest({ client, version: `${version} in Chromium`, mode, scenario }, async () => {
        const page = await browser.newPage();
        try {
          // A page of the server's own origin, without a route for it.
          await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
          await page.goto(`${server.url}/page`);
          await page.addScriptTag({ path: packageFile(alias, 'dist/socket.io.min.js') });
          const last = transports.at(-1);
          assert.deepEqual(await page.evaluate(inThePage, { transports, last }), {
            auth: { token: 'h\u00e9 \u{1f600}' },
            transport: last,
            bytes: [0, 1, 255],
            blob: 'in a blob',
            text: '\u2028',
            big: 200_000,
            word: 'there? yes',
            seven: [7],
            anew: true,
          });
        } finally {
          await page.close();
        }
      });
    });
  }
}
