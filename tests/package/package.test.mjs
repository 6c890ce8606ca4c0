// The installed library from outside: a folder of its own, only the installed files, the commands of the guide as they
// stand in it. What is built is run, and talked to by the real socket.io-client.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { runJavaScriptClient } from '../examples/support/guide_clients.mjs';
import { BUILD, Program, ROOT, TRANSPORTS, ask, next } from '../examples/support/program.mjs';

const run = promisify(execFile);

// A user's environment: nothing of ours but the compiler cache, and the language, which is part of what it looks for.
const LANGUAGE = ['LANG', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES'].filter((name) => process.env[name] !== undefined);
const environment = (home) => ({
  ...Object.fromEntries(LANGUAGE.map((name) => [name, process.env[name]])),
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: home,
  CCACHE_DIR: process.env.CCACHE_DIR ?? join(homedir(), '.cache/ccache'),
  CCACHE_BASEDIR: ROOT.replace(/\/$/, ''),
  CCACHE_NOHASHDIR: '1',
});

// Runs commands as a person would type them, and stops at the first that fails.
async function shell(commands, cwd, home) {
  const { stdout, stderr } = await run('bash', ['-eu', '-c', commands], { cwd, env: environment(home), maxBuffer: 1 << 26 });
  return stdout + stderr;
}
const fromGuide = async (name) => (await run('python3', [`${ROOT}docs/guide/blocks.py`, '--print', name])).stdout;

const files = async (folder) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

let home; // a folder outside of the tree
let prefix; // where the package is: not where it was installed
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'package-'));
  const first = join(home, 'installed-here');
  await shell(`cmake --install "${BUILD}" --prefix "${first}" --component library`, ROOT, home);
  prefix = join(home, 'socketio');
  await rename(first, prefix);
});
after(() => rm(home, { recursive: true, force: true }));

async function app(name) {
  const folder = join(home, name);
  await mkdir(folder);
  for (const file of ['CMakeLists.txt', 'first_server.cpp']) await cp(`${ROOT}examples/guide/${file}`, join(folder, file));
  return folder;
}

async function talkTo(executable) {
  const program = await Program.start(executable);
  try {
    for (const [how, transports] of Object.entries(TRANSPORTS)) {
      const socket = await program.connect({ transports });
      assert.deepEqual(await next(socket, 'welcome'), [socket.id]);
      assert.deepEqual(await ask(socket, 'say', how), ['delivered']);
      assert.deepEqual(await next(socket, 'said'), [how]);
      socket.disconnect();
    }
    assert.ok((await runJavaScriptClient(program.url)).includes('delivered'));
  } finally {
    await program.kill();
  }
}

test('holds headers, libraries with names of their own, and what finds them; nothing else', async () => {
  const unexpected = (await files(prefix)).filter(
    (file) =>
      !/^include\/sio\/\w+\/\w+\.hpp$/.test(file) &&
      !/^lib\/libparley_sio_\w+\.a$/.test(file) &&
      !/^lib\/cmake\/ParleySocketIO\/ParleySocketIO(Config|ConfigVersion|Targets|Targets-\w+)\.cmake$/.test(file) &&
      !/^share\/doc\/parley-socketio\/(LICENSE|docs\/guide\/\w+\.md|examples\/(guide\/)?\w+\.(cpp|hpp|mjs|py))$/.test(file) &&
      file !== 'lib/pkgconfig/parley-socketio.pc',
  );
  assert.deepEqual(unexpected, []);
});

test('the guide that it holds links to nothing that it does not hold', async () => {
  const guide = join(prefix, 'share/doc/parley-socketio/docs/guide');
  for (const page of await files(guide)) {
    const text = await readFile(join(guide, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(([, link]) => link);
    for (const link of links) await access(join(guide, link));
  }
});

test('holds every public header of lib/, and these need nothing but each other', async () => {
  const headers = (await files(join(prefix, 'include'))).sort();
  const modules = await readdir(`${ROOT}lib`, { withFileTypes: true });
  const expected = [];
  for (const module of modules.filter((entry) => entry.isDirectory())) {
    expected.push(...(await files(`${ROOT}lib/${module.name}/include`)));
  }
  assert.deepEqual(headers, expected.sort());
  // Each first in a file of its own would take a minute; a missing one is missed all the same.
  await writeFile(join(home, 'all.cpp'), headers.map((header) => `#include "${header}"\n`).join(''));
  const needed = await shell(`g++ -std=c++20 -Wall -Wextra -Werror -M -I"${prefix}/include" all.cpp`, home, home);
  assert.doesNotMatch(needed, /boost\//);
  assert.ok(!needed.includes(ROOT));
});

test('names no path of the tree, no flag of ours, and nothing that only we need', async () => {
  for (const file of (await files(prefix)).filter((name) => /\.(cmake|pc)$/.test(name))) {
    const text = await readFile(join(prefix, file), 'utf8');
    for (const ours of [ROOT, 'installed-here', 'parley_options', 'boost', '-W', '-fsanitize', 'GTest', 'src_']) {
      assert.ok(!text.toLowerCase().includes(ours.toLowerCase()), `${file}: ${ours}`);
    }
  }
});

test('find_package takes versions with the same minor number, and no others', async () => {
  const folder = await app('versions');
  const configure = (version) =>
    shell(`sed -i -E 's/(ParleySocketIO) [0-9.]+/\\1 ${version}/' CMakeLists.txt
           rm -rf build; cmake -B build -G Ninja -DCMAKE_PREFIX_PATH="${prefix}"`, folder, home);
  await configure('0.1');
  for (const version of ['0.2', '0.0', '1.0']) {
    await assert.rejects(configure(version), /compatible with requested version/, version);
  }
});

test("the guide's first server builds from the package with no flags but C++20, runs and answers", async () => {
  const folder = await app('first_server');
  const commands = (await fromGuide('first_server')).trim().split('\n');
  assert.equal(commands.pop(), 'build/first_server'); // run below, at another port
  await shell(commands.join('\n'), folder, home);
  await talkTo(join(folder, 'build/first_server'));

  await shell('cmake -B build -DCMAKE_BUILD_TYPE= -DCMAKE_EXPORT_COMPILE_COMMANDS=ON', folder, home);
  const [{ command }] = JSON.parse(await readFile(join(folder, 'build/compile_commands.json'), 'utf8'));
  const flags = command.split(' ').filter((word) => word.startsWith('-') && !/^-(isystem|std=gnu\+\+20|o|c)$/.test(word));
  assert.deepEqual(flags, [], command);
});

test('it builds by pkg-config with one command too, also with flags of the user', async () => {
  const folder = await app('pkg_config');
  const commands = await fromGuide('pkg_config');
  await shell(commands, folder, home);
  await talkTo(join(folder, 'first_server'));
  await shell(commands.replace('-O2', '-O0 -g -fno-rtti -Wall -Wextra -Wshadow -Wconversion -Werror'), folder, home);
  await talkTo(join(folder, 'first_server'));
});

test('the programs in the README and on the first page of the reference compile', async () => {
  for (const page of ['README.md', 'docs/reference/mainpage.md']) {
    const programs = [...(await readFile(ROOT + page, 'utf8')).matchAll(/^```cpp\n(.*?)^```$/gms)];
    assert.equal(programs.length, 1, page);
    await writeFile(join(home, 'page.cpp'), programs[0][1]);
    await shell(`g++ -std=c++20 -fsyntax-only -I"${prefix}/include" page.cpp`, home, home);
  }
});

test('the library alone is configured, built and installed as the guide says: the same files', async () => {
  const own = join(home, 'newcomer');
  await mkdir(own);
  await shell(await fromGuide('install'), ROOT, own);
  const buildType = (names) => names.map((name) => name.replace(/Targets-\w+/, 'Targets-type'));
  assert.deepEqual(buildType(await files(join(own, 'socketio'))), buildType(await files(prefix)));
  const cache = await readFile(`${ROOT}build/library/CMakeCache.txt`, 'utf8');
  assert.doesNotMatch(cache, /sqlite|argon2|gtest|spdlog|CLI11/i);
});
