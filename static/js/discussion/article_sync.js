// Keeps the article and its discussion in step: markers open the responses to a passage, hovering one side highlights
// the other, and the discussion follows the passage being read while nobody uses it.
import { suggestAnchor, setAnchor, openForm } from "./compose.js";
import { groupOf, isGrouped } from "./groups.js";
import { clearHighlights, highlightComment, highlightQuote } from "../articles/highlights.js";
import { prefersReducedMotion, isPlainClick, isNarrow, discussion, scrollDiscussionTo, thread } from "../platform/page.js";
import { lineageOf, currentLineage, rows } from "../articles/passages.js";
import { loadDiscussion } from "./navigation.js";
import { openSheet } from "./sheet.js";

const IDLE_AFTER_MS = 3_000; // since the reader last used the discussion
const READING_AFTER_MS = 150; // a reader who scrolls on sooner is not reading the passage

let lastUsed = -IDLE_AFTER_MS;
let readingTimer;
let highlighted;

if (thread && discussion() && rows.size) {
  document.addEventListener("htmx:after:swap", updateMarkers);
  document.addEventListener("click", onClick);
  // Not "pointerover", which browsers also send when the page scrolls below a pointer that rests.
  for (const kind of ["pointermove", "pointerdown", "focusin", "input"]) document.addEventListener(kind, highlightUnderPointer);
  for (const kind of ["pointerleave", "wheel", "touchmove", "keydown"])
    discussion().addEventListener(kind, () => (lastUsed = performance.now()), { passive: true });
  document.addEventListener("parley:read", () => {
    if (!isGrouped() || isNarrow()) return;
    for (const group of discussion().querySelectorAll(".group")) group.classList.toggle("is-read", group.dataset.group === currentLineage);
    suggestAnchor(currentLineage);
    clearTimeout(readingTimer);
    if (scrollY) readingTimer = setTimeout(() => isIdle() && scrollToGroup(currentLineage), READING_AFTER_MS);
  });
}

// The page comes with both. Another discussion has another stance, and a moderator may lock the thread.
function updateMarkers() {
  const main = discussion().parentElement;
  main.dataset.stance = discussion().dataset.stance;
  main.classList.toggle("is-locked", document.querySelector("#thread-state > .locked"));
}

const showsMarks = () => document.documentElement.dataset.marks !== "off";

function isIdle() {
  const selection = getSelection();
  const selecting = !selection.isCollapsed && discussion().contains(selection.anchorNode);
  return performance.now() - lastUsed > IDLE_AFTER_MS && !discussion().matches(":hover, :focus-visible, :has(:focus-visible)") && !selecting;
}

/** Scroll the discussion to the group of a passage. The page itself never scrolls. */
function scrollToGroup(name) {
  const head = groupOf(name)?.firstElementChild;
  if (head) scrollDiscussionTo(head, prefersReducedMotion() ? "auto" : "smooth");
}

function onClick(event) {
  if (!isPlainClick(event)) return;
  // A click on quoted words does what a click on the passage's marker does.
  const marked = showsMarks() && getSelection().isCollapsed && !event.target.closest?.("a") && event.target.closest?.(".passage mark");
  const gutter = event.target.closest?.(".gutter") ?? (marked && marked.closest(".passage-row").querySelector(".gutter"));
  const respondLink = event.target.closest?.(".respond-here");
  const link = event.target.closest?.("a[href^='#p']");
  if (gutter || respondLink) event.preventDefault();
  if (gutter) openAt(gutter, gutter.dataset.passage);
  if (respondLink) respond(respondLink.closest(".group").dataset.group);
  // The browser scrolls to the passage and focuses it.
  const passage = link && document.getElementById(link.hash.slice(1));
  if (passage) passage.tabIndex = -1;
}

async function openAt(gutter, name) {
  const hasComments = gutter.querySelector("b");
  if ((!isGrouped() || (hasComments && !groupOf(name))) && !(await loadDiscussion(gutter, "?view=passage"))) return;
  suggestAnchor(name);
  if (isNarrow()) openSheet(name, gutter);
  if (!groupOf(name)) return respond(name);
  if (!isNarrow()) focusGroup(name);
}

function focusGroup(name) {
  scrollToGroup(name);
  groupOf(name).tabIndex = -1;
  groupOf(name).focus({ preventScroll: true });
}

/** Open the form for a comment on a passage, or on `quote` in it. */
export function respond(name, quote, prefix) {
  setAnchor(name, quote, prefix);
  if (isNarrow() && !discussion().matches(".is-sheet")) openSheet(name, rows.get(name).querySelector(".gutter"));
  openForm();
}

function highlightUnderPointer({ target }) {
  const comment = target.closest?.(".comment[data-passage], #compose form");
  const one = comment ?? target.closest?.(".passage-row");
  if (one === highlighted) return;
  highlighted = one;
  clearHighlights();
  if (comment?.matches("form")) highlightQuote(comment.elements.passage.value, comment.elements.quote.value);
  else if (comment) highlightComment(comment);
  else if (one) for (const element of [one, ...discussion().querySelectorAll(`#g${lineageOf(one)}, .comment[data-passage="${lineageOf(one)}"]`)]) element.classList.add("is-lit");
}
