// Highlights the words of the article that a comment is about, with their passages.
import { prefersReducedMotion, isNarrow } from "../platform/page.js";
import { rows } from "./passages.js";
import { rangesOfQuote } from "./quote_ranges.js";

// A quote whose words changed shows the former ones as deleted: only the present ones count.
function quoteOf(comment) {
  const words = [...(comment.querySelector(":scope > .anchored > .quote")?.childNodes ?? [])];
  return words.map((one) => (one.nodeName === "DEL" ? "" : one.textContent)).join("");
}

export function clearHighlights() {
  for (const element of document.querySelectorAll(".is-lit")) element.classList.remove("is-lit");
  CSS.highlights?.delete("parley-quote");
}

/** Highlight the words that a comment is about. Returns the row of their passage, if it still exists. */
export function highlightComment(comment) {
  return comment.dataset.anchor === "lost" ? undefined : highlightQuote(comment.dataset.passage, quoteOf(comment));
}

export function highlightQuote(name, quote) {
  const row = rows.get(name);
  if (!row) return;
  const ranges = rangesOfQuote(row, quote);
  for (const one of [row, ...ranges.map((range) => range.startContainer.parentElement.closest(".passage-row"))]) one.classList.add("is-lit");
  if (ranges.length && CSS.highlights) CSS.highlights.set("parley-quote", new Highlight(...ranges));
  return row;
}

/** Show the comment that a link leads to, opened, and beside it the words that its branch is about. */
export function showTarget(comment) {
  document.querySelector(".is-here")?.classList.remove("is-here");
  comment.classList.add("is-here");
  openAncestors(comment);
  comment.scrollIntoView();
  const about = comment.closest(".comment[data-passage]");
  clearHighlights();
  const row = about && highlightComment(about);
  if (!isNarrow()) row?.scrollIntoView({ block: "center", behavior: prefersReducedMotion() ? "auto" : "smooth" });
}

/** Open the collapsed lists that contain a comment. */
export function openAncestors(comment) {
  for (let details = comment; (details = details.parentElement.closest(".replies, .rest")); ) details.open = true;
}

function followHash() {
  const comment = /^#c\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (comment) showTarget(comment);
}

addEventListener("hashchange", followHash);
followHash();
// When the page has loaded, the browser scrolls to the comment once more, which moves the article. Correct that, unless the
// reader has begun to scroll.
if (document.readyState !== "complete") {
  const interaction = new AbortController();
  for (const type of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(type, () => interaction.abort(), { once: true, passive: true, signal: interaction.signal });
  addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => interaction.signal.aborted || followHash())), { signal: interaction.signal });
}
