import base from '../playwright.config.ts';

// `npm run pictures`: the pictures of the documentation, taken from the real thing so that they stay true.
export default { ...base, testDir: '.', testMatch: 'take.ts', retries: 0 };
