// Runs before the first paint, so that nothing shows up in another theme, language or direction than the chosen one.
// What it decides on the root element is what the app starts from: src/app/theme.ts, src/app/language.ts.
(function () {
  const root = document.documentElement;
  function stored(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // Storage is forbidden: what the system prefers it is.
    }
  }

  const theme = stored('parley.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;

  // Each language as "tag direction file"; vite.config.ts writes them into the page.
  const meta = document.querySelector('meta[name="parley-languages"]');
  const languages = (meta === null ? '' : meta.content).split(';').map((entry) => entry.split(' '));
  const base = (tag) => tag.toLowerCase().split('-')[0];
  const asked = new URLSearchParams(location.search).get('lang');
  for (const tag of [asked, stored('parley.language'), ...navigator.languages]) {
    if (tag === null || tag === '') continue;
    const same = languages.find((language) => language[0].toLowerCase() === tag.toLowerCase());
    const found = same === undefined ? languages.find((language) => base(language[0]) === base(tag)) : same;
    if (found === undefined) continue;
    root.lang = found[0];
    root.dir = found[1];
    if (found[2] === undefined) break;
    // The texts are asked for beside the scripts, not after them.
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = found[2];
    document.head.append(link);
    break;
  }
})();
