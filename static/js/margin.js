// The margin ties the two sides: markers lead to a passage's perspectives, each side lights the other,
// and the column follows what is being read while nobody uses it.
import { aim, anchor, write } from "./compose.js";
import { groupOf, grouped } from "./groups.js";
import { calm, isPlain, narrow, talk, thread } from "./page.js";
import { find, lineageOf, reading, rows } from "./passages.js";
import { visit } from "./navigation.js";
import { open } from "./sheet.js";

const REST = 3_000; // the column is in use until so long after the last touch of it
const PAUSE = 150; // whoever scrolls on is not reading yet

let used = -REST;
let pause;
let lit;

if (thread && talk() && rows.size) {
  document.addEventListener("click", onClick);
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, light);
  for (const kind of ["pointerleave", "wheel", "touchmove", "keydown"])
    talk().addEventListener(kind, () => (used = performance.now()), { passive: true });
  document.addEventListener("parley:read", () => {
    if (!grouped() || narrow()) return;
    for (const group of talk().querySelectorAll(".group")) group.classList.toggle("is-read", group.dataset.group === reading);
    aim(reading);
    clearTimeout(pause);
    if (scrollY) pause = setTimeout(() => isIdle() && bring(reading), PAUSE);
  });
}

function isIdle() {
  const selection = getSelection();
  const selecting = !selection.isCollapsed && talk().contains(selection.anchorNode);
  return performance.now() - used > REST && !talk().matches(":hover, :focus-visible, :has(:focus-visible)") && !selecting;
}

/** Bring the group of a passage to the top of the column; the page itself never scrolls. */
function bring(name) {
  const head = groupOf(name)?.firstElementChild;
  if (!head) return;
  const above = talk().querySelector(".talk-bar").getBoundingClientRect().bottom;
  talk().scrollBy({ top: head.getBoundingClientRect().top - above - 12, behavior: calm() ? "auto" : "smooth" });
}

function onClick(event) {
  if (!isPlain(event)) return;
  const gutter = event.target.closest?.(".gutter");
  const answer = event.target.closest?.(".respond-here");
  const link = event.target.closest?.("a[href^='#p']");
  if (gutter || answer) event.preventDefault();
  if (gutter) openAt(gutter, gutter.dataset.passage);
  if (answer) respond(answer.closest(".group").dataset.group);
  // The browser scrolls to the passage, and then it has the focus.
  const passage = link && document.getElementById(link.hash.slice(1));
  if (passage) passage.tabIndex = -1;
}

async function openAt(gutter, name) {
  const hasSome = gutter.querySelector("b");
  if ((!grouped() || (hasSome && !groupOf(name))) && !(await visit(gutter, "?view=passage"))) return;
  talk().querySelector(".passage-none").hidden = Boolean(groupOf(name));
  aim(name);
  if (narrow()) open(name, gutter);
  if (!groupOf(name)) return respond(name);
  if (narrow()) return;
  bring(name);
  groupOf(name).tabIndex = -1;
  groupOf(name).focus({ preventScroll: true });
}

/** Write about a passage, or about words in it. */
export function respond(name, quote, prefix) {
  anchor(name, quote, prefix);
  if (narrow() && !talk().matches(".is-sheet")) open(name, rows.get(name).querySelector(".gutter"));
  write();
}

function light({ target }) {
  const comment = target.closest?.(".comment[data-passage], #compose form");
  const one = comment ?? target.closest?.(".passage-row");
  if (one === lit) return;
  lit = one;
  for (const was of document.querySelectorAll(".is-lit")) was.classList.remove("is-lit");
  CSS.highlights?.delete("parley-quote");
  if (comment?.matches("form")) lightWords(comment.elements.passage.value, comment.elements.quote.value);
  else if (comment && comment.dataset.anchor !== "lost") lightWords(comment.dataset.passage, quoted(comment));
  else if (one) for (const also of [one, ...talk().querySelectorAll(`#g${lineageOf(one)}, .comment[data-passage="${lineageOf(one)}"]`)]) also.classList.add("is-lit");
}

// Of words that changed, those that stand there now.
function quoted(comment) {
  const words = [...(comment.querySelector(":scope > .anchored > .quote")?.childNodes ?? [])];
  return words.map((one) => (one.nodeName === "DEL" ? "" : one.textContent)).join("");
}

function lightWords(name, quote) {
  const row = rows.get(name);
  if (!row) return;
  const ranges = find(row, quote);
  for (const one of [row, ...ranges.map((range) => range.startContainer.parentElement.closest(".passage-row"))]) one.classList.add("is-lit");
  if (ranges.length && CSS.highlights) CSS.highlights.set("parley-quote", new Highlight(...ranges));
}
