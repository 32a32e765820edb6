// The words of the article that a comment answers are lit, and the passages they stand in.
import { calm, narrow } from "./page.js";
import { find, rows } from "./passages.js";

// Of words that changed, those that stand there now.
function quoted(comment) {
  const words = [...(comment.querySelector(":scope > .anchored > .quote")?.childNodes ?? [])];
  return words.map((one) => (one.nodeName === "DEL" ? "" : one.textContent)).join("");
}

export function dim() {
  for (const was of document.querySelectorAll(".is-lit")) was.classList.remove("is-lit");
  CSS.highlights?.delete("parley-quote");
}

/** Light the words of a comment on a passage. Returns the row of that passage, if it is still there. */
export function lightComment(comment) {
  return comment.dataset.anchor === "lost" ? undefined : lightWords(comment.dataset.passage, quoted(comment));
}

export function lightWords(name, quote) {
  const row = rows.get(name);
  if (!row) return;
  const ranges = find(row, quote);
  for (const one of [row, ...ranges.map((range) => range.startContainer.parentElement.closest(".passage-row"))]) one.classList.add("is-lit");
  if (ranges.length && CSS.highlights) CSS.highlights.set("parley-quote", new Highlight(...ranges));
  return row;
}

/** Show a comment to which a link led: the comment itself, opened, and beside it the words that its branch is about. */
export function arrive(comment) {
  document.querySelector(".is-here")?.classList.remove("is-here");
  comment.classList.add("is-here");
  expand(comment);
  comment.scrollIntoView();
  const about = comment.closest(".comment[data-passage]");
  dim();
  const row = about && lightComment(about);
  if (!narrow()) row?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
}

/** Open what hides a comment. */
export function expand(comment) {
  for (let details = comment; (details = details.parentElement.closest(".replies, .rest")); ) details.open = true;
}

function follow() {
  const comment = /^#c\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (comment) arrive(comment);
}

addEventListener("hashchange", follow);
follow();
// Until the page is loaded the browser scrolls to the comment again, and takes the article along: put it back, unless the
// reader has begun to scroll.
if (document.readyState !== "complete") {
  const reader = new AbortController();
  for (const type of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(type, () => reader.abort(), { once: true, passive: true, signal: reader.signal });
  addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => reader.signal.aborted || follow())), { signal: reader.signal });
}
