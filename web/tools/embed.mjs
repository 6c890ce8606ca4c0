// Turns the built app into two sources for the executable: assets.S, which takes the bytes in with .incbin, and
// assets.cpp, the table over them. Hashes each file and compresses it with gzip and brotli; a variant that saves less
// than 5 % is dropped.
//
//   node embed.mjs DIST OUT     reads DIST, writes OUT/assets.S, OUT/assets.cpp and OUT/variants/
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative, resolve, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [dist, out] = process.argv.slice(2).map((path) => resolve(path));
if (dist === undefined || out === undefined) {
  console.error('usage: embed.mjs DIST OUT');
  process.exit(64);
}

const contentTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const worthIt = 0.95;

const variants = join(out, 'variants');
rmSync(variants, { recursive: true, force: true });
mkdirSync(variants, { recursive: true });

const paths = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `/${relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/')}`)
  .sort((a, b) => (a < b ? -1 : 1)); // by code unit, as std::string_view compares
if (!paths.includes('/index.html')) throw new Error(`${dist} has no index.html`);

const quoted = (text) => JSON.stringify(text);
const assembly = [
  '/* Made by web/tools/embed.mjs. */',
  '#if defined(__ELF__)',
  '.section .note.GNU-stack,"",%progbits',
  '#endif',
  '.section .rodata.parley_web_assets,"a",%progbits',
];
const declarations = [];
const rows = [];

function embed(symbol, file, bytes) {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  assembly.push(
    `/* ${etag} */`,
    '.balign 16',
    `.global ${symbol}`,
    `.type ${symbol}, %object`,
    `.size ${symbol}, ${bytes.length}`,
    `${symbol}:`,
    `.incbin ${quoted(file)}`,
  );
  declarations.push(`extern const char ${symbol}[];`);
  return { view: `std::string_view{${symbol}, ${bytes.length}}`, etag: quoted(etag) };
}

paths.forEach((path, index) => {
  const type = contentTypes[extname(path)];
  if (type === undefined) throw new Error(`no content type is known for ${path}`);
  if (!/^[\w./-]+$/.test(path)) throw new Error(`${path}: a name that would need escaping`);
  const source = join(dist, path);
  const bytes = readFileSync(source);
  const identity = embed(`parley_web_asset_${index}`, source, bytes);
  const compressed = {
    gzip: () => gzipSync(bytes, { level: 9 }),
    brotli: () =>
      brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
  };
  const [gzip, brotli] = Object.entries(compressed).map(([name, compress]) => {
    const smaller = compress();
    if (smaller.length > bytes.length * worthIt) return { view: '{}', etag: '{}' };
    const file = join(variants, `${index}.${name}`);
    writeFileSync(file, smaller);
    return embed(`parley_web_asset_${index}_${name}`, file, smaller);
  });
  const immutable = path.startsWith('/assets/');
  rows.push(
    `    {${quoted(path)}, ${quoted(type)},\n     ${identity.view}, ${gzip.view}, ${brotli.view},\n` +
      `     ${identity.etag}, ${gzip.etag}, ${brotli.etag}, ${immutable}},`,
  );
});

writeFileSync(join(out, 'assets.S'), `${assembly.join('\n')}\n`);
writeFileSync(
  join(out, 'assets.cpp'),
  `// Made by web/tools/embed.mjs.
#include <array>

#include "parley/web/assets.hpp"

extern "C" {
${declarations.join('\n')}
}

namespace parley::web {
namespace {
const std::array<Asset, ${paths.length}> table{{
${rows.join('\n')}
}};
}  // namespace

std::span<const Asset> assets() { return table; }
}  // namespace parley::web
`,
);
