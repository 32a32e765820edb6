// Markers beside the passages of a publisher's article. Nothing is put into the article: words are painted as CSS
// highlights, and the buttons lie over the page, in a shadow root of their own.
import { inSlices } from "./slices.js";

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
    this.counted = [];
    this.covered = 0;
    this.add = this.button("add", "+", words.respond);
    this.add.hidden = true;
    this.sizes = new ResizeObserver(() => this.place());
    this.sizes.observe(document.documentElement);
    addEventListener("pointermove", ({ target, pointerType }) => pointerType === "mouse" && this.aim(target), { passive: true });
    // Without a mouse, a tap or a selection chooses the passage.
    addEventListener("pointerup", ({ target }) => this.aim(target));
    document.addEventListener("selectionchange", () => this.aim(getSelection().anchorNode));
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
    this.counted = [...pairs.keys()].filter((passage) => passage.count);
    const kept = new Set(this.counted.map((passage) => passage.lineage));
    for (const [lineage, made] of this.buttons) if (!kept.has(lineage)) this.remove(lineage, made);
    this.paint();
    this.place();
  }

  remove(lineage, made) {
    made.remove();
    this.buttons.delete(lineage);
  }

  buttonOf(passage) {
    const made = this.buttons.get(passage.lineage) ?? this.insert(passage);
    if (made.passage !== passage) {
      made.textContent = passage.count;
      made.setAttribute("aria-label", passage.label);
      made.title = passage.label;
      made.passage = passage;
    }
    this.buttons.set(passage.lineage, made);
    return made;
  }

  // The Tab key goes through the markers in the order of their passages.
  insert(passage) {
    const made = this.button("", "", passage.label);
    const later = this.counted.slice(this.counted.indexOf(passage) + 1).map((one) => this.buttons.get(one.lineage));
    this.root.insertBefore(made, later.find(Boolean) ?? null);
    return made;
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

  place() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.layOut();
    });
  }

  // All positions are read before the first is written, so the browser computes the layout only once.
  async layOut() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const stale = () => turn !== this.turn;
    const origin = this.root.host.getBoundingClientRect();
    const places = [];
    await inSlices(this.counted, (passage) => places.push([passage, this.placeOf(passage, origin)]), stale);
    if (!stale()) await inSlices(places, ([passage, at]) => this.put(this.buttonOf(passage), at), stale);
  }

  // `width` pixels at the end of the line are under the panel.
  cover(width) {
    this.covered = width;
    this.place();
  }

  placeOf(passage, origin) {
    const block = this.pairs.get(passage);
    const box = block.getBoundingClientRect();
    const rtl = getComputedStyle(block).direction === "rtl";
    const end = document.documentElement.clientWidth - this.covered;
    const free = rtl ? box.left : end - box.right;
    // Where the margin is too narrow, at the end of the passage.
    const beside = free > NARROW + 14;
    const x = rtl ? (beside ? box.left - NARROW - 10 : 2) : beside ? box.right + 10 : end - NARROW - 2;
    return { x: x - origin.left, y: (beside ? box.top + 2 : box.bottom - 6) - origin.top, seen: box.width > 0 };
  }

  put(made, { x, y, seen }) {
    made.hidden = !seen;
    made.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
  }

  // A passage without comments gets its button while the pointer is over it.
  aim(target) {
    if (this.aimed === target) return;
    this.aimed = target;
    let block = target instanceof Element ? target : target?.parentElement;
    while (block && !this.passages?.has(block)) block = block.parentElement;
    const passage = block && this.passages.get(block);
    if (!passage || passage.count) return;
    this.add.passage = passage;
    this.put(this.add, this.placeOf(passage, this.root.host.getBoundingClientRect()));
  }
}
