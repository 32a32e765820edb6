// Offers to respond to words that are selected in the article.
import { sentence } from "../../platform/sentences.js";

const DELAY_MS = 180;
const PREFIX_LENGTH = 32; // characters before the quote, which distinguish it from the same words elsewhere

const segmenter = window.Intl?.Segmenter && new Intl.Segmenter(document.documentElement.lang, { granularity: "word" });

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
let page;
let chosen;
let timer;

/** Offer to respond to the selected words, and tell the page which they are (discussion/kept.js). */
export function offerAnswer(pageFunctions) {
  page = pageFunctions;
  clearTimeout(timer);
  timer = setTimeout(placeButton, DELAY_MS);
}

button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", respondToSelection);
document.addEventListener("selectionchange", () => getSelection().isCollapsed && button.remove());

function placeButton() {
  chosen = quoteOf(getSelection());
  if (!chosen) return button.remove();
  if (document.querySelector("#compose :is(form[data-draft], .compose-invite)")) showButton();
  document.dispatchEvent(new CustomEvent("parley:selected", { detail: chosen }));
}

function showButton() {
  const { bottom, left } = getSelection().getRangeAt(0).getBoundingClientRect();
  button.textContent = sentence("respond");
  document.body.append(button);
  button.style.top = `${bottom + scrollY + 8}px`;
  button.style.left = `${Math.max(8, Math.min(left + scrollX, innerWidth - button.offsetWidth - 8))}px`;
}

/** Return the passage, quote and prefix of a selection that begins in the article; markers and buttons are left out. */
function quoteOf(selection) {
  const range = selection.rangeCount && selection.getRangeAt(0);
  if (!range || !range.startContainer.parentElement?.closest(".passages")) return;
  const parts = [...page.rows].map(([name, row]) => [name, within(range, row.firstElementChild)]).filter(([, part]) => part);
  if (!parts.length) return;
  extendToWord(parts[0][1], "start");
  extendToWord(parts.at(-1)[1], "end");
  const quote = parts.map(([, part]) => String(part)).join(" ").replace(/\s+/g, " ").trim();
  if (quote.length < 2) return;
  const [name, first] = parts[0];
  const before = new Range();
  before.setStart(page.rows.get(name).firstElementChild, 0);
  before.setEnd(first.startContainer, first.startOffset);
  return [name, quote, String(before).slice(-PREFIX_LENGTH)];
}

/** Extend one end of a range to the boundary of its word. */
function extendToWord(range, side) {
  const node = range[`${side}Container`];
  const at = range[`${side}Offset`];
  if (node.nodeType !== Node.TEXT_NODE || !segmenter) return;
  // A word that the range only touches is not included.
  const inside = side === "start" ? at : at - 1;
  const word = segmenter.segment(node.data).containing(inside);
  if (!word?.isWordLike) return;
  if (side === "start") range.setStart(node, word.index);
  else range.setEnd(node, word.index + word.segment.length);
}

function within(range, passage) {
  if (!range.intersectsNode(passage)) return;
  const part = new Range();
  part.selectNodeContents(passage);
  if (passage.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
  if (passage.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
  return String(part).trim() && part;
}

function respondToSelection() {
  page.respond(...chosen);
  getSelection().removeAllRanges();
}
