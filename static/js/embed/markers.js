// Markers beside the passages of a publisher's article. Nothing is put into the article: words are painted as CSS
// highlights, and the buttons lie over the page, in a shadow root of their own.
const NARROW = 26;

// The words of `block` as a range; all of it if they are not there.
function rangeOf(block, words) {
  const range = document.createRange();
  range.selectNodeContents(block);
  if (!words) return range;
  const nodes = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  let text = "";
  while (walker.nextNode()) {
    nodes.push([text.length, walker.currentNode]);
    text += walker.currentNode.data;
  }
  const pattern = words.trim().split(/\s+/).map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+");
  const found = new RegExp(pattern).exec(text);
  if (!found) return null;
  const point = (at) => {
    const [begins, node] = nodes.findLast(([from]) => from <= at);
    return [node, at - begins];
  };
  range.setStart(...point(found.index));
  range.setEnd(...point(found.index + found[0].length));
  return range;
}

export class Markers {
  constructor(root, words, choose) {
    this.root = root;
    this.words = words;
    this.choose = choose;
    this.buttons = new Map();
    this.pairs = new Map();
    this.add = this.button("add", "+", words.respond);
    this.add.hidden = true;
    this.sizes = new ResizeObserver(() => this.place());
    this.sizes.observe(document.documentElement);
    addEventListener("pointermove", (event) => this.point(event), { passive: true });
  }

  button(name, text, label) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `marker ${name}`;
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", () => this.choose(made.passage, made));
    made.addEventListener("pointerenter", () => this.highlight(made.passage));
    made.addEventListener("focus", () => this.highlight(made.passage));
    made.addEventListener("pointerleave", () => this.highlight(this.opened));
    made.addEventListener("blur", () => this.highlight(this.opened));
    this.root.append(made);
    return made;
  }

  // Show the passages that were found, each with its block.
  show(pairs) {
    this.pairs = pairs;
    this.passages = new Map([...pairs].map(([passage, block]) => [block, passage]));
    const kept = new Map();
    for (const passage of pairs.keys()) {
      if (!passage.count) continue;
      const known = this.buttons.get(passage.lineage) ?? this.button("", "", passage.label);
      known.textContent = passage.count;
      known.setAttribute("aria-label", passage.label);
      known.title = passage.label;
      known.passage = passage;
      kept.set(passage.lineage, known);
    }
    for (const [lineage, made] of this.buttons) if (!kept.has(lineage)) made.remove();
    this.buttons = kept;
    this.paint();
    this.place();
  }

  paint() {
    if (!globalThis.Highlight) return;
    const quoted = [...this.pairs].flatMap(([passage, block]) => (passage.quoted ?? []).map((words) => rangeOf(block, words)));
    CSS.highlights.set("parley-quoted", new Highlight(...quoted.filter(Boolean)));
  }

  // Highlight a passage, or none.
  highlight(passage) {
    const block = this.pairs.get(passage);
    if (globalThis.Highlight) CSS.highlights.set("parley-passage", new Highlight(...(block ? [rangeOf(block)] : [])));
  }

  open(passage) {
    this.opened = passage;
    this.highlight(passage);
  }

  byLineage(lineage) {
    return [...this.pairs.keys()].find((one) => one.lineage === lineage);
  }

  // All positions are read before the first is written, so the browser computes the layout only once.
  place() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      const origin = this.root.host.getBoundingClientRect();
      const places = [...this.buttons.values()].map((made) => [made, this.placeOf(made.passage, origin)]);
      for (const [made, at] of places) this.put(made, at);
    });
  }

  placeOf(passage, origin) {
    const block = this.pairs.get(passage);
    const box = block.getBoundingClientRect();
    const rtl = getComputedStyle(block).direction === "rtl";
    const free = rtl ? box.left : document.documentElement.clientWidth - box.right;
    // Where the margin is too narrow, at the end of the passage.
    const beside = free > NARROW + 14;
    const x = rtl ? (beside ? box.left - NARROW - 10 : 2) : beside ? box.right + 10 : document.documentElement.clientWidth - NARROW - 2;
    return { x: x - origin.left, y: (beside ? box.top + 2 : box.bottom - 6) - origin.top, seen: box.width > 0 };
  }

  put(made, { x, y, seen }) {
    made.hidden = !seen;
    made.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
  }

  // A passage without comments gets its button while the pointer is over it.
  point({ target, pointerType }) {
    if (pointerType !== "mouse" || this.aimed === target) return;
    this.aimed = target;
    let block = target instanceof Element ? target : null;
    while (block && !this.passages?.has(block)) block = block.parentElement;
    const passage = block && this.passages.get(block);
    if (!passage || passage.count) return;
    this.add.passage = passage;
    this.put(this.add, this.placeOf(passage, this.root.host.getBoundingClientRect()));
  }
}
