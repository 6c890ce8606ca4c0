// Runs before the first paint, so that a chosen theme never flashes in the other one. Kept in step with src/app/theme.ts.
(function () {
  try {
    const theme = localStorage.getItem('parley.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is forbidden: the system's theme it is.
  }
})();
