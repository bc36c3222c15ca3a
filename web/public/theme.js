// Runs before the first paint, so that neither theme nor language flashes. Keys as in platform/storage.ts.
(function () {
  var root = document.documentElement;
  var prefix = 'hearth:' + new URL(document.baseURI).pathname + ':';
  try {
    var theme = JSON.parse(localStorage.getItem(prefix + 'theme') || '"system"');
    if (theme === 'light' || theme === 'dark') {
      root.dataset.theme = theme;
      document.querySelectorAll('meta[name="theme-color"]').forEach(function (tag) {
        tag.content = theme === 'dark' ? '#171310' : '#faf7f3';
      });
    }
    var locale = JSON.parse(localStorage.getItem(prefix + 'locale') || 'null');
    if (locale) root.lang = locale;
  } catch (_) {
    root.removeAttribute('data-theme');
  }
})();
