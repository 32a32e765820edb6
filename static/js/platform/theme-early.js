// Applies the stored choices before the first paint, so that the page does not flash. Keep it small: it blocks rendering.
try {
  const chosen = document.documentElement.dataset;
  // What a member chose is in the page already, and takes precedence.
  for (const name of ["theme", "assisted"]) {
    const saved = localStorage.getItem(`parley:${name}`);
    if (saved) chosen[name] ??= saved;
  }
} catch {
  // Storage is blocked: the device's theme applies.
}
