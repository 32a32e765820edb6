// Select words in the article, and a button offers to answer exactly them.
import { sentence } from "../sentences.js";

const AFTER = 180;
const CONTEXT = 32; // so much of what stands before the words tells them from the same words elsewhere

const words = window.Intl?.Segmenter && new Intl.Segmenter(document.documentElement.lang, { granularity: "word" });

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
let page;
let chosen;
let pause;

/** Offer to answer the words that are selected in the article. `given` holds what the page's own scripts do for it. */
export function offerAnswer(given) {
  page = given;
  clearTimeout(pause);
  pause = setTimeout(stand, AFTER);
}

button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", answer);
document.addEventListener("selectionchange", () => getSelection().isCollapsed && button.remove());

function stand() {
  chosen = read(getSelection());
  if (!chosen) return button.remove();
  const { bottom, left } = getSelection().getRangeAt(0).getBoundingClientRect();
  button.textContent = sentence("respond");
  document.body.append(button);
  button.style.top = `${bottom + scrollY + 8}px`;
  button.style.left = `${Math.max(8, Math.min(left + scrollX, innerWidth - button.offsetWidth - 8))}px`;
}

/** The selected words of the article alone, without what stands beside it; nothing where they begin elsewhere. */
function read(selection) {
  const range = selection.rangeCount && selection.getRangeAt(0);
  if (!range || !range.startContainer.parentElement?.closest(".passages") || !page.compose()) return;
  const parts = [...page.rows].map(([name, row]) => [name, within(range, row.firstElementChild)]).filter(([, part]) => part);
  if (!parts.length) return;
  snap(parts[0][1], "start");
  snap(parts.at(-1)[1], "end");
  const quote = parts.map(([, part]) => String(part)).join(" ").replace(/\s+/g, " ").trim();
  if (quote.length < 2) return;
  const [name, first] = parts[0];
  const before = new Range();
  before.setStart(page.rows.get(name).firstElementChild, 0);
  before.setEnd(first.startContainer, first.startOffset);
  return [name, quote, String(before).slice(-CONTEXT)];
}

/** Move an end of a range outwards to where its word begins or ends. */
function snap(range, side) {
  const node = range[`${side}Container`];
  const at = range[`${side}Offset`];
  if (node.nodeType !== Node.TEXT_NODE || !words) return;
  // Where the range only touches a word, it stays.
  const inside = side === "start" ? at : at - 1;
  const word = words.segment(node.data).containing(inside);
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

function answer() {
  page.respond(...chosen);
  getSelection().removeAllRanges();
}
