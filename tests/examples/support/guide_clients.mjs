// The clients that the guide shows, run as they stand in examples/guide.
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './program.mjs';

const run = promisify(execFile);
const PATIENCE_MS = 20_000; // only a broken program reaches it

// In a folder where `npm install socket.io-client` was done, in effect.
export async function runJavaScriptClient(url) {
  const folder = await mkdtemp(join(tmpdir(), 'guide-client-'));
  try {
    await copyFile(`${ROOT}examples/guide/client.mjs`, join(folder, 'client.mjs'));
    await symlink(`${ROOT}tests/integration/node_modules`, join(folder, 'node_modules'));
    return (await run(process.execPath, ['client.mjs', url], { cwd: folder, timeout: PATIENCE_MS })).stdout.trim().split('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function runPythonClient(url) {
  const python = process.env.PARLEY_PYTHON ?? '/usr/bin/python3';
  return (await run(python, [`${ROOT}examples/guide/client.py`, url], { timeout: PATIENCE_MS })).stdout.trim().split('\n');
}
