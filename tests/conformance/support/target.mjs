// The server under test: started once for each test file (SIO_CONFORMANCE = the executable), or one that already runs
// (CONFORMANCE_URL). Holds the values of the protocol page's Part 3, from which tests derive their time bounds.
import { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from './server.mjs';

export const PING_INTERVAL = 300;
export const PING_TIMEOUT = 200;
export const MAX_PAYLOAD = 1_000_000;
export const CONNECT_TIMEOUT = 1000;
export const UPGRADE_TIMEOUT = 10_000;
export const ENGINE = '/engine.io/';
export const SOCKET = '/socket.io/';

// How long anything may take that is not about time: only a broken server reaches it.
export const PATIENCE = 5000;
// Timers of server and test are rounded to milliseconds, each on its own.
export const CLOCK_SLACK = 2;

// Set before the first test of a file runs.
export const target = { host: '', port: 0 };
let started;

before(async () => {
  if (process.env.CONFORMANCE_URL) {
    const url = new URL(process.env.CONFORMANCE_URL);
    Object.assign(target, { host: url.hostname, port: Number(url.port || 80) });
  } else if (process.env.SIO_CONFORMANCE) {
    started = await startServer();
    Object.assign(target, { host: started.host, port: started.port });
  } else {
    throw new Error('set SIO_CONFORMANCE to the executable, or CONFORMANCE_URL to a server that runs');
  }
});

after(() => started?.stop());

// Nobody tells a client that the server has read half of a request; this is ample on the loopback interface.
export const settle = () => delay(50);
export { delay };
export const now = () => performance.now();

// A timer may fire a millisecond early.
export async function until(time) {
  while (now() < time) await delay(Math.max(1, time - now()));
}
