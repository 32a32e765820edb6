// A revision that arrives while the article is read: what is out of sight takes its place silently, what is in sight
// is marked and waits until it is out of sight, or until the reader asks for it. Nothing in sight ever moves.
import htmx from "./htmx.js";
import { talk, thread } from "./page.js";
import { gather, lineageOf, rows } from "./passages.js";
import { visit } from "./navigation.js";

const SPREAD = 2_000; // not every reader asks at the same moment
const NEAR = 40; // the space between two passages, and some
let next; // the rows of a revision that are not all in place yet

htmx.onLoad((added) => {
  const fetchIt = () => htmx.ajax("GET", `/t/${thread}/article`, { target: ".passages", swap: "innerHTML" });
  if (added.closest("#article-notice")) setTimeout(fetchIt, Math.random() * SPREAD);
});

htmx.registerExtension("revised", {
  htmx_before_swap(source, { tasks }) {
    const task = tasks.find((one) => one.target?.matches?.(".passages"));
    if (!task) return;
    next = [...task.fragment.querySelectorAll(".passage-row")];
    merge();
    return false;
  },
});

document.addEventListener("parley:read", () => next && merge());
document.addEventListener("click", ({ target }) => {
  const notice = target.closest?.("[data-revised]");
  if (notice && target.matches("button")) notice.remove();
  if (!notice || !target.matches("[data-now]")) return;
  if (next) showAll();
  visit(talk(), location.href);
});

const words = (row) => row.firstElementChild.innerHTML.replace(/<\/?mark\b[^>]*>| tabindex="0"/g, "");
const isSame = (one, other) => one && other && lineageOf(one) === lineageOf(other) && words(one) === words(other);
const at = (row) => next.findIndex((one) => lineageOf(one) === lineageOf(row));
const topOf = (row) => row.getBoundingClientRect().top;
const isInSight = (row) => row.getBoundingClientRect().bottom > -NEAR && topOf(row) < innerHeight + NEAR;

/** A passage that says the same stays the element that it is, with the marker as it is now. */
function placed(row) {
  const old = rows.get(lineageOf(row));
  if (!isSame(old, row)) return row;
  const marker = row.querySelector(".gutter");
  if (old !== row && marker) old.querySelector(".gutter").replaceWith(marker);
  return old;
}

/** Put the revision in place around the passages in sight. */
function merge() {
  const old = [...rows.values()];
  const seen = old.filter(isInSight);
  if (!seen.length) return showAll();
  const kept = seen.filter((row) => at(row) >= 0);
  const [first, last] = [seen[0], seen.at(-1)];
  const is = new Set(seen.map(lineageOf));
  const others = (some) => some.filter((row) => !is.has(lineageOf(row))).map(placed);
  if (kept.length && at(kept[0]) <= at(kept.at(-1))) {
    // Where the article begins or ends in sight, what comes before or after would move it.
    const before = first === old[0] && topOf(first) > 0 ? [] : others(next.slice(0, at(kept[0])));
    const after = last === old.at(-1) ? [] : others(next.slice(at(kept.at(-1)) + 1));
    const top = topOf(first);
    for (const row of old) if (!seen.includes(row)) row.remove();
    first.before(...before);
    last.after(...after);
    // Browsers without scroll anchoring have to be told.
    if (!CSS.supports("overflow-anchor", "auto")) scrollBy(0, topOf(first) - top);
    gather();
  }
  for (const row of seen) row.classList.toggle("is-revised", !isSame(row, next[at(row)]));
  const now = [...rows.values()];
  if (now.length === next.length && now.every((row, place) => isSame(row, next[place]))) next = undefined;
}

/** Put all of it in place, and hold what is being read where it is. */
function showAll() {
  const held = [...rows.values()].find((row) => isInSight(row) && at(row) >= 0);
  const top = held && topOf(held);
  document.querySelector(".passages").replaceChildren(...next.map(placed));
  next = undefined;
  gather();
  if (held) scrollBy(0, topOf(rows.get(lineageOf(held))) - top);
}
