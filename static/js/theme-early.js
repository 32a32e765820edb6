// Runs before the first paint, so that a saved choice never flashes. Nothing else may live here.
try {
  const theme = localStorage.getItem("parley:theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to us: the device's own theme stands.
}
