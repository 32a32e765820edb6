// The markers beside the passages are one stop of the tab key, at the passage that is being read; arrow keys lead on.
import htmx from "./htmx.js";
import { reading, rows } from "./passages.js";

const MARKERS = ".gutter, .signs";
const every = () => [...rows.values()].flatMap((row) => [...row.querySelectorAll(MARKERS)]);
const markers = () => every().filter((one) => one.checkVisibility());

function rove(stop) {
  const all = markers();
  const one = stop ?? all.find((marker) => marker.dataset.passage === reading) ?? all[0];
  for (const marker of every()) marker.tabIndex = marker === one ? 0 : -1;
}

// To ask what is visible costs a whole page's style: only when markers came, not for each score that changed.
htmx.onLoad((added) => (added.matches?.(MARKERS) || added.querySelector?.(MARKERS)) && rove());
document.addEventListener("parley:read", () => document.activeElement.matches(MARKERS) || rove());

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.shiftKey || !event.target.matches(MARKERS)) return;
  event.preventDefault();
  const all = markers();
  const next = all[all.indexOf(event.target) + step];
  if (!next) return;
  rove(next);
  next.focus();
});
