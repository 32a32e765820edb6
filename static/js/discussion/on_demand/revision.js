// Shows a revision that is published while the article is being read. Passages outside the viewport are replaced at once.
// Visible ones are marked, and replaced when they are scrolled out of it or when the reader asks. Nothing visible moves.
const SPREAD_MS = 2_000; // readers request the revision at different moments
const MARGIN_PX = 40; // more than the space between two passages
let pendingRows; // the rows of a revision of which some are not on the page yet
let htmx, rows, readRows, lineageOf, showDiscussion;

/** Fetch the revision that a notice tells of. The rest of the page's script is given, for this file is not part of it. */
export function fetchRevision(thread, page) {
  if (!htmx) {
    ({ htmx, rows, readRows, lineageOf, showDiscussion } = page);
    htmx.registerExtension("revised", { htmx_before_swap: receive });
    document.addEventListener("parley:read", () => pendingRows && merge());
    document.addEventListener("click", onClick);
  }
  const get = () => htmx.ajax("GET", `/t/${thread}/article`, { target: ".passages", swap: "innerHTML" });
  setTimeout(get, Math.random() * SPREAD_MS);
}

function receive(source, { tasks }) {
  const task = tasks.find((one) => one.target?.matches?.(".passages"));
  if (!task) return;
  pendingRows = [...task.fragment.querySelectorAll(".passage-row")];
  merge();
  return false;
}

function onClick({ target }) {
  const notice = target.closest?.("[data-revised]");
  if (notice && target.matches("button")) notice.remove();
  if (!notice || !target.matches("[data-now]")) return;
  if (pendingRows) replaceAll();
  showDiscussion();
}

const htmlOf = (row) => row.firstElementChild.innerHTML.replace(/<\/?mark\b[^>]*>| tabindex="0"/g, "");
const isSame = (one, other) => one && other && lineageOf(one) === lineageOf(other) && htmlOf(one) === htmlOf(other);
const newIndexOf = (row) => pendingRows.findIndex((one) => lineageOf(one) === lineageOf(row));
const topOf = (row) => row.getBoundingClientRect().top;
const isVisible = (row) => row.getBoundingClientRect().bottom > -MARGIN_PX && topOf(row) < innerHeight + MARGIN_PX;

/** Return the present element of a passage whose text is unchanged, with the new marker; otherwise `row`. */
function reused(row) {
  const old = rows.get(lineageOf(row));
  if (!isSame(old, row)) return row;
  const marker = row.querySelector(".gutter");
  if (old !== row && marker) old.querySelector(".gutter").replaceWith(marker);
  return old;
}

/** Replace all passages but the visible ones. */
function merge() {
  const old = [...rows.values()];
  const visibleRows = old.filter(isVisible);
  if (!visibleRows.length) return replaceAll();
  const keptRows = visibleRows.filter((row) => newIndexOf(row) >= 0);
  const [first, last] = [visibleRows[0], visibleRows.at(-1)];
  const visibleLineages = new Set(visibleRows.map(lineageOf));
  const otherRows = (some) => some.filter((row) => !visibleLineages.has(lineageOf(row))).map(reused);
  if (keptRows.length && newIndexOf(keptRows[0]) <= newIndexOf(keptRows.at(-1))) {
    // If the first or last passage is visible, adding others beside it would move it.
    const before = first === old[0] && topOf(first) > 0 ? [] : otherRows(pendingRows.slice(0, newIndexOf(keptRows[0])));
    const after = last === old.at(-1) ? [] : otherRows(pendingRows.slice(newIndexOf(keptRows.at(-1)) + 1));
    const top = topOf(first);
    for (const row of old) if (!visibleRows.includes(row)) row.remove();
    first.before(...before);
    last.after(...after);
    // Browsers without scroll anchoring do not correct the scroll position themselves.
    if (!CSS.supports("overflow-anchor", "auto")) scrollBy(0, topOf(first) - top);
    readRows();
  }
  for (const row of visibleRows) row.classList.toggle("is-revised", !isSame(row, pendingRows[newIndexOf(row)]));
  const now = [...rows.values()];
  if (now.length === pendingRows.length && now.every((row, place) => isSame(row, pendingRows[place]))) pendingRows = undefined;
}

/** Replace all passages, and keep a visible one where it is on the screen. */
function replaceAll() {
  const fixedRow = [...rows.values()].find((row) => isVisible(row) && newIndexOf(row) >= 0);
  const top = fixedRow && topOf(fixedRow);
  document.querySelector(".passages").replaceChildren(...pendingRows.map(reused));
  pendingRows = undefined;
  readRows();
  if (fixedRow) scrollBy(0, topOf(rows.get(lineageOf(fixedRow))) - top);
}
