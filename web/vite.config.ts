import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

// `npm run dev` talks to a server that already runs; the built app is served by that server itself.
const server = process.env['PARLEY_URL'] ?? 'http://127.0.0.1:5000';

export default defineConfig({
  plugins: [vue(), tailwindcss()],
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
      '/auth': server,
      '/chat': server,
      '/socket.io': { target: server, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
});
