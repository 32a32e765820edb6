// The margin ties the two sides: markers lead to a passage's perspectives, each side lights the other,
// and the column follows what is being read while nobody uses it.
import { aim, anchor, write } from "./compose.js";
import { groupOf, grouped } from "./groups.js";
import { dim, lightComment, lightWords } from "./lights.js";
import { calm, isPlain, narrow, talk, thread } from "./page.js";
import { lineageOf, reading, rows } from "./passages.js";
import { visit } from "./navigation.js";
import { open } from "./sheet.js";

const REST = 3_000; // the column is in use until so long after the last touch of it
const PAUSE = 150; // whoever scrolls on is not reading yet

let used = -REST;
let pause;
let lit;

if (thread && talk() && rows.size) {
  document.addEventListener("click", onClick);
  for (const kind of ["pointerover", "focusin", "input"]) document.addEventListener(kind, light);
  for (const kind of ["pointerleave", "wheel", "touchmove", "keydown"])
    talk().addEventListener(kind, () => (used = performance.now()), { passive: true });
  document.addEventListener("parley:read", () => {
    if (!grouped() || narrow()) return;
    for (const group of talk().querySelectorAll(".group")) group.classList.toggle("is-read", group.dataset.group === reading);
    aim(reading);
    tellHere(reading);
    clearTimeout(pause);
    if (scrollY) pause = setTimeout(() => isIdle() && bring(reading), PAUSE);
  });
}

const marks = () => document.documentElement.dataset.marks !== "off";

function isIdle() {
  const selection = getSelection();
  const selecting = !selection.isCollapsed && talk().contains(selection.anchorNode);
  return performance.now() - used > REST && !talk().matches(":hover, :focus-visible, :has(:focus-visible)") && !selecting;
}

/** Bring the group of a passage to the top of the column; the page itself never scrolls. */
function bring(name) {
  const head = groupOf(name)?.firstElementChild;
  if (!head) return;
  const above = talk().getBoundingClientRect().top + talk().querySelector(".talk-bar").offsetHeight;
  talk().scrollBy({ top: head.getBoundingClientRect().top - above - 12, behavior: calm() ? "auto" : "smooth" });
}

function onClick(event) {
  if (!isPlain(event)) return;
  // Words that comments are about lead to these, like the marker beside them.
  const marked = marks() && getSelection().isCollapsed && !event.target.closest?.("a") && event.target.closest?.(".passage mark");
  const gutter = event.target.closest?.(".gutter") ?? (marked && marked.closest(".passage-row").querySelector(".gutter"));
  const answer = event.target.closest?.(".respond-here");
  const link = event.target.closest?.("a[href^='#p']");
  const group = event.target.closest?.(".here-line > a")?.hash.slice(2);
  if (gutter || answer || group) event.preventDefault();
  if (group) goTo(group);
  if (gutter) openAt(gutter, gutter.dataset.passage);
  if (answer) respond(answer.closest(".group").dataset.group);
  // The browser scrolls to the passage, and then it has the focus.
  const passage = link && document.getElementById(link.hash.slice(1));
  if (passage) passage.tabIndex = -1;
}

async function openAt(gutter, name) {
  const hasSome = gutter.querySelector("b");
  if ((!grouped() || (hasSome && !groupOf(name))) && !(await visit(gutter, "?view=passage"))) return;
  aim(name);
  tellHere(name);
  if (narrow()) open(name, gutter);
  if (!groupOf(name)) return respond(name);
  if (!narrow()) goTo(name);
}

function goTo(name) {
  bring(name);
  groupOf(name).tabIndex = -1;
  groupOf(name).focus({ preventScroll: true });
}

/** If nobody has said anything on a passage, say so, and name the next passage on which somebody has. */
function tellHere(name) {
  const line = talk().querySelector(".here-line");
  if (!line) return;
  line.hidden = groupOf(name);
  const names = [...rows.keys()];
  const next = [...names.slice(names.indexOf(name)), ...names].find(groupOf);
  const [link] = line.children;
  link.hidden = !next;
  if (!next) return;
  link.hash = `g${next}`;
  link.lastElementChild.textContent = `“${groupOf(next).querySelector("h3").textContent}”`;
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
  dim();
  if (comment?.matches("form")) lightWords(comment.elements.passage.value, comment.elements.quote.value);
  else if (comment) lightComment(comment);
  else if (one) for (const also of [one, ...talk().querySelectorAll(`#g${lineageOf(one)}, .comment[data-passage="${lineageOf(one)}"]`)]) also.classList.add("is-lit");
}
