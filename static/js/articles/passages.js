// The passages of the article: which one is being read, and where the words of a quote are.
import { thread } from "../platform/page.js";

/** The rows of the passages by lineage, in the article's order. */
export const rows = new Map();
export let currentLineage = "";

export const lineageOf = (row) => row.firstElementChild.id.slice(1);

const visibleRows = new Set();
const observer = new IntersectionObserver(onIntersect, { rootMargin: "-25% 0px -60% 0px" });

/** Read the passages that are on the page now. */
export function readRows() {
  rows.clear();
  for (const row of document.querySelectorAll(".passages > .passage-row")) {
    rows.set(lineageOf(row), row);
    row.classList.toggle("is-read", lineageOf(row) === currentLineage);
    observer.observe(row);
  }
  makeWideFocusable();
}

// Code and tables wider than the column can be scrolled by keyboard. Comments wrap their lines; measuring them would lay
// out those outside the viewport.
function makeWideFocusable() {
  for (const wide of document.querySelectorAll("pre:not(.comment-body *), .passage-table")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}

if (thread) readRows();
else makeWideFocusable();

function onIntersect(entries) {
  for (const { target, isIntersecting } of entries) visibleRows[isIntersecting ? "add" : "delete"](target);
  const row = [...rows.values()].find((one) => visibleRows.has(one));
  if (!row || lineageOf(row) === currentLineage) return;
  rows.get(currentLineage)?.classList.remove("is-read");
  row.classList.add("is-read");
  currentLineage = lineageOf(row);
  document.dispatchEvent(new Event("parley:read"));
}
