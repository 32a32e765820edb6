// Where the words of a quote are in the article.
const MAX_PASSAGES = 20; // that a quote may span

/** Return ranges of the text nodes that contain `quote`, which begins in the passage of `row`. White space is ignored. */
export function rangesOfQuote(row, quote) {
  const wanted = quote.replace(/\s/g, "");
  const positions = [];
  let text = "";
  for (let n = 0; wanted && row && n < MAX_PASSAGES; n++, row = row.nextElementSibling) {
    const walker = document.createTreeWalker(row.firstElementChild, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (let i = 0; i < node.length; i++)
        if (/\S/.test(node.data[i])) {
          text += node.data[i];
          positions.push([node, i]);
        }
    const start = text.indexOf(wanted);
    if (start >= 0) return rangesOf(positions.slice(start, start + wanted.length));
  }
  return [];
}

function rangesOf(positions) {
  const ranges = [];
  for (const [node, at] of positions) {
    if (ranges.at(-1)?.endContainer !== node) {
      ranges.push(new Range());
      ranges.at(-1).setStart(node, at);
    }
    ranges.at(-1).setEnd(node, at + 1);
  }
  return ranges;
}
