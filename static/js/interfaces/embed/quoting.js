// The words of the article that a reader has selected, as the forum finds them again.
const PREFIX = 40;
const LETTER = /[\p{L}\p{N}\p{M}]/u;
const inOneLine = (text) => text.replace(/\s+/g, " ").trim();

// The passage in which a selection begins, with the quote and what stands before it; no quote for a whole passage. Null
// for other selections.
export function quoteOf(selection, blocks) {
  const range = selection.rangeCount && !selection.isCollapsed && selection.getRangeAt(0);
  if (!range) return null;
  const parts = [...blocks].map(([block, passage]) => ({ block, passage, part: within(range, block) })).filter(({ part }) => part);
  parts.sort((one, other) => one.part.compareBoundaryPoints(Range.START_TO_START, other.part));
  if (!parts.length) return null;
  const [{ block, passage, part }] = parts;
  extend(part, "start");
  extend(parts.at(-1).part, "end");
  const quote = inOneLine(parts.map((one) => String(one.part)).join(" "));
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(part.startContainer, part.startOffset);
  if (quote.length < 2) return null;
  const isWhole = quote === inOneLine(block.textContent);
  return { passage, quote: isWhole ? "" : quote, prefix: isWhole ? "" : String(before).slice(-PREFIX), range };
}

function within(range, block) {
  if (!range.intersectsNode(block)) return null;
  const part = document.createRange();
  part.selectNodeContents(block);
  if (block.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
  if (block.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
  return String(part).trim() ? part : null;
}

// To the boundary of the word that the selection cuts.
function extend(range, side) {
  const node = range[`${side}Container`];
  let at = range[`${side}Offset`];
  if (node.nodeType !== Node.TEXT_NODE) return;
  const [step, inner] = side === "start" ? [-1, 0] : [1, -1];
  if (!LETTER.test(node.data[at + inner] ?? "")) return;
  const outer = side === "start" ? -1 : 0;
  while (LETTER.test(node.data[at + outer] ?? "")) at += step;
  range[side === "start" ? "setStart" : "setEnd"](node, at);
}
