// Starts sio-conformance (SIO_CONFORMANCE names the executable) on a free port.
import { spawn } from 'node:child_process';

// `flags`: beside --listen. Resolves with {host, port, stop()}. A server that ends by itself makes the run fail.
export function startServer(flags = [], executable = process.env.SIO_CONFORMANCE) {
  const child = spawn(executable, ['--listen', '127.0.0.1:0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stopping = false;
  process.on('exit', () => child.kill('SIGKILL'));
  async function stop() {
    stopping = true;
    const ended =
      child.exitCode !== null || child.signalCode !== null ? null : new Promise((r) => child.once('exit', r));
    child.kill('SIGTERM');
    await ended;
  }
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const what = `${executable} ended (${signal ?? code}), output: ${output}`;
      reject(new Error(what));
      if (stopping) return;
      console.error(what);
      process.exitCode = 1;
    });
    child.stdout.on('data', (data) => {
      output += data;
      const line = /listening on (?:http:\/\/)?([^\s:]+):(\d+)/.exec(output);
      if (line) resolve({ host: line[1], port: Number(line[2]), stop });
    });
  });
}
