import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

// One browser, one worker: the machine has two cores, and the server under test wants one of them.
export default defineConfig({
  testDir: '.',
  outputDir: fileURLToPath(new URL('../../build/e2e', import.meta.url)),
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: process.env['CI'] === undefined ? 0 : 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    trace: 'on-first-retry',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium-headless-shell',
      chromiumSandbox: false,
      args: ['--disable-dev-shm-usage'],
    },
  },
});
