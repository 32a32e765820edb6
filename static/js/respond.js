// Select words in the article, and a button offers to answer exactly them; from a passage's marker the arrow keys select.
import { compose } from "./compose.js";
import { respond } from "./margin.js";
import { rows } from "./passages.js";
import { sentence } from "./sentences.js";

const CONTEXT = 32; // so much of what stands before the words tells them from the same words elsewhere

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
let chosen;
let pause;

document.addEventListener("selectionchange", () => {
  clearTimeout(pause);
  pause = setTimeout(offer, 180);
});
button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", answer);

function offer() {
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
  if (!range || !range.startContainer.parentElement?.closest(".passages") || !compose()) return;
  const parts = [...rows].map(([name, row]) => [name, within(range, row.firstElementChild)]).filter(([, part]) => part);
  const quote = parts.map(([, part]) => String(part)).join(" ").replace(/\s+/g, " ").trim();
  if (quote.length < 2) return;
  const [name, first] = parts[0];
  const before = new Range();
  before.setStart(rows.get(name).firstElementChild, 0);
  before.setEnd(first.startContainer, first.startOffset);
  return [name, quote, String(before).slice(-CONTEXT)];
}

function within(range, passage) {
  if (!range.intersectsNode(passage)) return;
  const part = new Range();
  part.selectNodeContents(passage);
  if (passage.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
  if (passage.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
  return String(part).trim() && part;
}

/** Answer the words that are selected. Returns whether there are any. */
export function answer() {
  if (!chosen) return false;
  respond(...chosen);
  getSelection().removeAllRanges();
  return true;
}

const WAYS = { ArrowRight: ["right"], ArrowLeft: ["left"], ArrowDown: ["forward", "line"], ArrowUp: ["backward", "line"] };

document.addEventListener("keydown", (event) => {
  const { key, shiftKey, ctrlKey, altKey, target } = event;
  if (!shiftKey || !WAYS[key] || !target.matches(".gutter")) return;
  event.preventDefault();
  const passage = target.parentElement.firstElementChild;
  const selection = getSelection();
  if (!passage.contains(selection.anchorNode)) selection.collapse(document.createTreeWalker(passage, NodeFilter.SHOW_TEXT).nextNode(), 0);
  const [way, step = ctrlKey || altKey ? "word" : "character"] = WAYS[key];
  selection.modify("extend", way, step);
});
