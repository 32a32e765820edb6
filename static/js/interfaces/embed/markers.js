// Markers beside the passages of a publisher's article. Nothing is put into the article: words are painted as CSS
// highlights, and the buttons lie over the page, in a shadow root of their own.
import { quoteOf } from "./quoting.js";
import { inSlices } from "./slices.js";

const NARROW = 26;
// What may move passages without changing the size of the page.
const MOVES = ["scroll", "resize", "load", "toggle", "transitionend", "animationend"];

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

const on = ({ left, top, across, down }, x, y) => ({ x: (x - left) / across, y: (y - top) / down });

// Whether the last line of a passage leaves room for a marker at its end.
function hasRoom(block, box, rtl) {
  const lines = rangeOf(block).getClientRects();
  const last = lines[lines.length - 1] ?? box;
  return (rtl ? last.left - box.left : box.right - last.right) > NARROW + 8;
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
    // What the overlay's pixels are on the screen, whatever the page does with its root element.
    this.probe = document.createElement("i");
    this.probe.className = "probe";
    root.append(this.probe);
    this.sizes = new ResizeObserver(() => this.place());
    for (const what of MOVES) addEventListener(what, () => this.place(), { capture: true, passive: true });
    addEventListener("pointermove", ({ target, pointerType }) => pointerType === "mouse" && this.aim(target), { passive: true });
    // Without a mouse, a tap or a selection chooses the passage.
    addEventListener("pointerup", ({ target }) => this.aim(target));
    document.addEventListener("selectionchange", () => this.pick());
    // A press on the button keeps the selection.
    this.add.addEventListener("pointerdown", (event) => this.picked && event.preventDefault());
  }

  button(name, text, label) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `marker ${name}`;
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", () => this.choose(made.passage, made, made === this.add ? this.response() : {}));
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
    this.keepChosen();
    this.watchSizes();
    for (const [lineage, made] of this.buttons) if (!kept.has(lineage)) this.remove(lineage, made);
    this.paint();
    this.place();
  }

  // The passages are others after the forum was asked again.
  keepChosen() {
    for (const one of [this.add, this.picked]) if (one?.passage) one.passage = this.byLineage(one.passage.lineage);
    if (!this.add.passage) this.add.hidden = true;
    if (!this.picked?.passage) this.picked = null;
  }

  // Scrolling elements clip what is in them, so each passage has those around it.
  watchSizes() {
    this.sizes.disconnect();
    this.sizes.observe(document.documentElement);
    this.clips = new Map();
    for (const block of this.pairs.values()) {
      this.sizes.observe(block);
      const around = [];
      for (let one = block.parentElement; one && one !== document.body; one = one.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(one);
        if (overflowX !== "visible" || overflowY !== "visible") around.push(one);
      }
      for (const one of around) this.sizes.observe(one);
      this.clips.set(block, around);
    }
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
    const from = this.origin();
    const places = [];
    await inSlices(this.counted, (passage) => places.push([passage, this.placeOf(passage, from)]), stale);
    const added = !this.add.hidden && this.add.passage && !this.picked ? this.placeOf(this.add.passage, from) : null;
    if (!stale()) await inSlices(places, ([passage, at]) => this.put(this.buttonOf(passage), at), stale);
    if (added && !stale()) this.put(this.add, added);
    else if (this.picked && !stale()) this.putAtSelection();
  }

  origin() {
    const { left, top, width, height } = this.probe.getBoundingClientRect();
    return { left, top, across: width / 100 || 1, down: height / 100 || 1 };
  }

  // `width` pixels at the end of the line are under the panel.
  cover(width) {
    this.covered = width;
    this.place();
  }

  placeOf(passage, from) {
    const block = this.pairs.get(passage);
    const box = block.getBoundingClientRect();
    // An inline element has a box for each of its lines.
    const lines = block.getClientRects();
    const [first, last] = [lines[0] ?? box, lines[lines.length - 1] ?? box];
    const rtl = getComputedStyle(block).direction === "rtl";
    const end = document.documentElement.clientWidth - this.covered;
    const free = rtl ? box.left : end - box.right;
    // Where the margin is too narrow, at the end of the passage.
    const beside = free > NARROW + 14;
    const x = rtl ? (beside ? box.left - NARROW - 10 : 2) : beside ? box.right + 10 : end - NARROW - 2;
    const y = beside ? first.top + 2 : last.bottom - (hasRoom(block, box, rtl) ? 24 : 16);
    const seen = box.width > 0 && !this.isClipped(block, y) && !this.isBehind(block, x, y);
    return { ...on(from, x, y), seen };
  }

  isClipped(block, y) {
    return (this.clips.get(block) ?? []).some((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return y + 12 < top || y + 12 > bottom;
    });
  }

  // Whether something that stays while the page scrolls lies there, such as a sticky header.
  isBehind(block, x, y) {
    if (y < -NARROW || y > innerHeight) return false;
    const there = document.elementsFromPoint(Math.min(Math.max(x, 0), innerWidth - 1), y + 10).find((one) => one !== this.root.host);
    for (let one = there; one && !one.contains(block); one = one.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(one).position)) return true;
    }
    return false;
  }

  put(made, { x, y, seen }) {
    // A focused button that is hidden would lose the focus.
    made.hidden = !seen && this.root.activeElement !== made;
    made.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
  }

  // Selected words get the button at their end.
  pick() {
    const { anchorNode } = getSelection();
    this.picked = quoteOf(getSelection(), this.passages ?? []);
    if (!this.picked) {
      this.label(this.words.respond);
      return this.aim(anchorNode);
    }
    this.add.passage = this.picked.passage;
    this.label(this.picked.quote ? this.words.quote : this.words.respond);
    this.putAtSelection();
  }

  response() {
    const { quote, prefix } = this.picked ?? {};
    return { responds: true, quote, prefix };
  }

  label(words) {
    this.add.title = words;
    this.add.setAttribute("aria-label", words);
  }

  putAtSelection() {
    const lines = this.picked.range.getClientRects();
    const last = lines[lines.length - 1];
    if (last) this.put(this.add, { ...on(this.origin(), Math.min(last.right + 2, innerWidth - NARROW - 2), last.bottom + 2), seen: true });
  }

  // A passage without comments gets its button while the pointer is over it.
  aim(target) {
    if (this.aimed === target || this.picked) return;
    this.aimed = target;
    let block = target instanceof Element ? target : target?.parentElement;
    while (block && !this.passages?.has(block)) block = block.parentElement;
    const passage = block && this.passages.get(block);
    if (!passage || passage.count) return;
    this.add.passage = passage;
    this.put(this.add, this.placeOf(passage, this.origin()));
  }
}
