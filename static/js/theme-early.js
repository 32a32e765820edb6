// Runs before the first paint, so that a saved choice never flashes. Nothing else may live here.
try {
  const chosen = document.documentElement.dataset;
  // What a member chose comes with the page and stands.
  for (const name of ["theme", "assisted"]) {
    const saved = localStorage.getItem(`parley:${name}`);
    if (saved) chosen[name] ??= saved;
  }
} catch {
  // Storage is closed to us: the device's own theme stands.
}
