// Roving tabindex: the Tab key reaches only the marker of the passage being read, and the arrow keys reach the others.
import htmx from "../platform/htmx.js";
import { currentLineage, rows } from "./passages.js";

const MARKERS = ".gutter, .signs";
const allMarkers = () => [...rows.values()].flatMap((row) => [...row.querySelectorAll(MARKERS)]);
const visibleMarkers = () => allMarkers().filter((one) => one.checkVisibility());

function setTabStop(stop) {
  const all = visibleMarkers();
  const one = stop ?? all.find((marker) => marker.dataset.passage === currentLineage) ?? all[0];
  for (const marker of allMarkers()) marker.tabIndex = marker === one ? 0 : -1;
}

// Checking visibility computes the style of the whole page: do it only when markers were added.
htmx.onLoad((added) => (added.matches?.(MARKERS) || added.querySelector?.(MARKERS)) && setTabStop());
document.addEventListener("parley:read", () => document.activeElement.matches(MARKERS) || setTabStop());

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.shiftKey || !event.target.matches(MARKERS)) return;
  event.preventDefault();
  const all = visibleMarkers();
  const next = all[all.indexOf(event.target) + step];
  if (!next) return;
  setTabStop(next);
  next.focus();
});
