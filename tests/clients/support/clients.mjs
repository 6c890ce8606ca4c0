// The versions of the JavaScript clients, as package.json names them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export const require = createRequire(import.meta.url);
const LOCK = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

// What package-lock.json holds under a name of package.json: the real package and its version.
export function locked(alias) {
  const entry = LOCK.packages[`node_modules/${alias}`];
  if (!entry) throw new Error(`${alias} is not in package-lock.json`);
  return { alias, client: entry.name ?? alias, version: entry.version };
}

// Aliases of package.json that are a package's name and a dash (the versions side by side), oldest first.
export function lockedVersions(client) {
  const parts = (version) => version.split('.').map(Number);
  return Object.keys(LOCK.packages[''].devDependencies)
    .map(locked)
    .filter((found) => found.client === client)
    .sort((a, b) => {
      const [x, y] = [parts(a.version), parts(b.version)];
      const at = x.findIndex((part, i) => part !== y[i]);
      return at < 0 ? 0 : x[at] - y[at];
    });
}

export const atLeast = (version, major, minor = 0) => {
  const [a, b] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
};

// The CommonJS build of a package: every version here has one.
export function load(alias) {
  const loaded = require(alias);
  return loaded.io ?? loaded.default ?? loaded;
}

export const packageFile = (alias, file) => path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..', 'node_modules', alias, file);
