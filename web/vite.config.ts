import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { languages } from './src/locales/languages.ts';

// `npm run dev` talks to a server that already runs; the built app is served by that server itself.
const server = process.env['PARLEY_URL'] ?? 'http://127.0.0.1:5000';

// The page's head says which languages there are and where their texts lie, so that public/first_paint.js can choose one
// and ask for it at once.
function languagesInHead(): Plugin {
  return {
    name: 'parley-languages',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => {
        const chunks = Object.values(bundle ?? {}).flatMap((it) => (it.type === 'chunk' ? [it] : []));
        const content = languages.map(({ tag, dir }) => {
          const chunk = chunks.find((it) => it.facadeModuleId?.endsWith(`/src/locales/${tag}.ts`) === true);
          if (bundle !== undefined && chunk === undefined) throw new Error(`src/locales/${tag}.ts is no file of its own`);
          return [tag, dir, ...(chunk === undefined ? [] : [`/${chunk.fileName}`])].join(' ');
        });
        const place = 'name="parley-languages" content="';
        if (!html.includes(place)) throw new Error('index.html has no place for the languages');
        return html.replace(place, place + content.join(';'));
      },
    },
  };
}

export default defineConfig({
  plugins: [vue(), tailwindcss(), languagesInHead()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // The content security policy knows no data: URLs.
    assetsInlineLimit: 0,
    // Messages of the same release must not depend on a map nobody serves.
    sourcemap: false,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/admin': server,
      '/auth': server,
      '/chat': server,
      '/socket.io': { target: server, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/app/testing/english.ts'],
    restoreMocks: true,
  },
});
