// The article beside its discussion: which passage is being read, and which words a comment is about.
import { thread } from "./page.js";

const FURTHEST = 20; // words run on over so many passages

/** The rows of the passages by lineage, in the article's order. */
export const rows = new Map();
export let reading = "";

export const lineageOf = (row) => row.firstElementChild.id.slice(1);

const inSight = new Set();
const watcher = new IntersectionObserver(follow, { rootMargin: "-25% 0px -60% 0px" });

/** Take the passages as they stand on the page now. */
export function gather() {
  rows.clear();
  for (const row of document.querySelectorAll(".passages > .passage-row")) {
    rows.set(lineageOf(row), row);
    row.classList.toggle("is-read", lineageOf(row) === reading);
    watcher.observe(row);
  }
  reachWide();
}

// Code and tables wider than the column scroll by keyboard too. Comments break their lines, and asking them would have
// those out of sight laid out.
function reachWide() {
  for (const wide of document.querySelectorAll("pre:not(.comment-body *), .passage-table")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}

if (thread) gather();
else reachWide();

function follow(entries) {
  for (const { target, isIntersecting } of entries) inSight[isIntersecting ? "add" : "delete"](target);
  const row = [...rows.values()].find((one) => inSight.has(one));
  if (!row || lineageOf(row) === reading) return;
  rows.get(reading)?.classList.remove("is-read");
  row.classList.add("is-read");
  reading = lineageOf(row);
  document.dispatchEvent(new Event("parley:read"));
}

/** Ranges of the text nodes that hold `quote`, which begins in the passage of `row`. White space means nothing. */
export function find(row, quote) {
  const wanted = quote.replace(/\s/g, "");
  const places = [];
  let text = "";
  for (let n = 0; wanted && row && n < FURTHEST; n++, row = row.nextElementSibling) {
    const walker = document.createTreeWalker(row.firstElementChild, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (let i = 0; i < node.length; i++)
        if (/\S/.test(node.data[i])) {
          text += node.data[i];
          places.push([node, i]);
        }
    const start = text.indexOf(wanted);
    if (start >= 0) return rangesOf(places.slice(start, start + wanted.length));
  }
  return [];
}

function rangesOf(places) {
  const ranges = [];
  for (const [node, at] of places) {
    if (ranges.at(-1)?.endContainer !== node) {
      ranges.push(new Range());
      ranges.at(-1).setStart(node, at);
    }
    ranges.at(-1).setEnd(node, at + 1);
  }
  return ranges;
}
