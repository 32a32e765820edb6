// The margin: a passage and its comments light each other up; "By passage" follows what is being read.
import { anchor, compose } from "./compose.js";
import { narrow } from "./page.js";

const rows = new Map();
for (const row of document.querySelectorAll(".passage-row")) rows.set(row.firstElementChild.id.slice(1), row);

const talk = () => document.getElementById("discussion");
const tops = () => [...document.querySelectorAll("#comments > .comment[data-passage]")];
let shown = "";

if (rows.size && talk()) {
  document.addEventListener("click", onClick);
  document.addEventListener("parley:arrived", () => shown && show(shown));
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, light);
  const watcher = new IntersectionObserver(follow, { rootMargin: "-25% 0px -60% 0px" });
  for (const row of rows.values()) watcher.observe(row);
  // Code and tables wider than the column scroll by keyboard too.
  for (const wide of document.querySelectorAll(".passage pre, .passage-table")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}

function onClick(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const gutter = event.target.closest?.(".gutter");
  const tab = event.target.closest?.(".tab[data-view]");
  if (gutter && !gutter.closest(".is-preview")) openAt(event, gutter.dataset.passage);
  else if (tab?.dataset.view === "passage") openAt(event, shown || reading || rows.keys().next().value);
  else if (tab && talk().dataset.view === "passage") whole(event);
  else if (event.target.closest?.(".sheet-close")) closeSheet();
}

function openAt(event, lineage) {
  // A page that holds one passage or one branch only has not the others to show.
  if (talk().dataset.only && talk().dataset.only !== lineage) return;
  event.preventDefault();
  talk().dataset.view = "passage";
  if (narrow()) openSheet(rows.get(lineage));
  show(lineage);
  talk().scrollTop = 0;
}

// The passage stays in sight above the sheet.
function openSheet(row) {
  talk().classList.add("is-sheet");
  const hidden = row.getBoundingClientRect().bottom - talk().getBoundingClientRect().top;
  if (hidden > 0) scrollBy(0, hidden);
}

function whole(event) {
  event.preventDefault();
  delete talk().dataset.view;
  shown = "";
  for (const row of rows.values()) row.classList.remove("is-read");
  aim("");
  mark();
}

function closeSheet() {
  talk().classList.remove("is-sheet");
  const back = rows.get(shown)?.querySelector(".gutter");
  whole(new Event("close"));
  back?.focus();
}

function mark() {
  const byPassage = talk().dataset.view === "passage";
  const [passage, all] = talk().querySelectorAll(".tab");
  passage.setAttribute("aria-pressed", byPassage);
  if (byPassage) all.removeAttribute("aria-current");
  else all.setAttribute("aria-current", "true");
  talk().querySelector(".passage-view").hidden = !byPassage;
}

function show(lineage) {
  shown = lineage;
  const row = rows.get(lineage);
  if (!row) return;
  let count = 0;
  for (const comment of document.querySelectorAll("#comments > .comment")) {
    const here = comment.dataset.passage === lineage;
    comment.classList.toggle("is-shown", here);
    count += here;
  }
  for (const [key, one] of rows) one.classList.toggle("is-read", key === lineage);
  describe(talk().querySelector(".passage-view"), row, count);
  mark();
}

function describe(view, row, count) {
  const gutter = row.querySelector(".gutter");
  view.querySelector(".balance").replaceWith(gutter.querySelector(".balance")?.cloneNode(true) ?? emptyBar());
  view.querySelector("b").textContent = gutter.querySelector("b")?.textContent ?? "0";
  view.querySelector(".passage-words").textContent = row.firstElementChild.textContent.trim();
  view.querySelector(".passage-none").hidden = count > 0 || Boolean(gutter.querySelector("b"));
  const all = view.querySelector(".passage-all");
  all.href = gutter.getAttribute("href");
  all.hidden = !gutter.querySelector("b") || count >= Number(view.querySelector("b").textContent);
  aim(shown);
}

/** A form that holds nothing yet follows the passage in view. */
function aim(passage) {
  const form = compose();
  if (form && !form.elements.body.value.trim() && !form.elements.quote.value) anchor(passage);
}

function emptyBar() {
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  bar.setAttribute("class", "balance");
  bar.setAttribute("aria-hidden", "true");
  return bar;
}

export let reading = "";
function follow(entries) {
  const entry = entries.find((one) => one.isIntersecting);
  if (!entry) return;
  reading = entry.target.firstElementChild.id.slice(1);
  const view = talk();
  if (view.dataset.view !== "passage" || view.classList.contains("is-sheet")) return;
  if (view.contains(document.activeElement) && view.querySelector("textarea:focus")) return;
  if (reading === shown) return;
  show(reading);
  view.scrollTop = 0;
}

function light({ target }) {
  for (const lit of document.querySelectorAll(".is-lit")) lit.classList.remove("is-lit");
  CSS.highlights?.delete("parley-quote");
  const comment = target.closest?.(".comment[data-passage]");
  const row = comment ? rows.get(comment.dataset.passage) : target.closest?.(".passage-row");
  if (!row || row.closest(".is-preview")) return;
  row.classList.add("is-lit");
  if (comment) highlight(row.firstElementChild, comment.querySelector(":scope > .quote")?.textContent);
  else for (const one of tops()) one.classList.toggle("is-lit", `p${one.dataset.passage}` === row.firstElementChild.id);
}

function highlight(passage, quote) {
  const range = quote && CSS.highlights && find(passage, quote);
  if (range) CSS.highlights.set("parley-quote", new Highlight(range));
}

/** Where `quote` stands in `passage`, white space collapsed on both sides. */
function find(passage, quote) {
  const places = [];
  let text = "";
  const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (let i = 0; i < node.length; i++) {
      const char = /\s/.test(node.data[i]) ? " " : node.data[i];
      if (char === " " && text.endsWith(" ")) continue;
      text += char;
      places.push([node, i]);
    }
  const wanted = quote.replace(/\s+/g, " ").trim();
  const start = text.indexOf(wanted);
  if (start < 0 || !wanted) return null;
  const range = new Range();
  range.setStart(...places[start]);
  const [node, offset] = places[start + wanted.length - 1];
  range.setEnd(node, offset + 1);
  return range;
}
