import base from '../playwright.config.ts';

// `npm run figures`: how fast the app is with much in it, measured in the browser against the real server. On a quiet machine.
export default { ...base, testDir: '.', testMatch: '*.figures.ts', retries: 0, timeout: 300_000 };
