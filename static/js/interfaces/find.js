// "/" focuses the search field, or opens the search page on screens without the field; Escape returns the focus. On a
// comment that a search found, "n" and "N" go to the next and the previous result, and its words are marked in all comments
// that are shown, now or later.
const STEPS = { n: "next", N: "prev" };
let before = null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = document.querySelector("main input[type=search], .masthead input[type=search]");
  if (event.key === "Escape" && event.target === field) return leave(field);
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  if (STEPS[event.key]) document.querySelector(`nav.strip [rel=${STEPS[event.key]}]`)?.click();
  if (event.key !== "/") return;
  event.preventDefault();
  before = document.activeElement;
  field.dataset.from = scrollY;
  if (field.checkVisibility()) field.select();
  else document.querySelector(".to-search").click();
});

function leave(field) {
  field.blur();
  if (before?.isConnected) before.focus({ preventScroll: true });
  if (field.dataset.from) scrollTo(0, field.dataset.from);
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Where a word has a wanted one, and how long it is there. Another form of it is longer, or up to two letters shorter; in
// scripts without spaces it is a part of what stands together.
function placeIn(word, wanted) {
  if (UNSPACED.test(wanted)) return [word.indexOf(wanted), wanted.length];
  const folded = fold(word);
  const isForm = folded.startsWith(wanted) || (folded.length > 2 && folded.length > wanted.length - 3 && wanted.startsWith(folded));
  return [isForm ? 0 : -1, word.length];
}

function* rangesIn(node, wanted) {
  for (const { 0: word, index } of node.data.matchAll(WORD))
    for (const [at, length] of wanted.map((one) => placeIn(word, one)))
      if (at >= 0) {
        const range = new Range();
        range.setStart(node, index + at);
        range.setEnd(node, index + at + length);
        yield range;
      }
}

// Of the address, without filters and words that are not wanted.
function wantedWords(typed) {
  const words = typed.replace(/(^|\s)-("[^"]*"|\S+)|\S+:\S*/g, " ").match(WORD) ?? [];
  return words.map((one) => (UNSPACED.test(one) ? one : fold(one)));
}

function markWords() {
  const typed = new URLSearchParams(location.search).get("find") ?? "";
  const wanted = wantedWords(typed);
  const ranges = [];
  for (const body of wanted.length ? document.querySelectorAll("#discussion .comment-body") : []) {
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) ranges.push(...rangesIn(walker.currentNode, wanted));
  }
  CSS.highlights.set("parley-found", new Highlight(...ranges));
  for (const link of wanted.length ? document.querySelectorAll("#discussion a.more[href^='/c/']") : []) {
    const branch = link.pathname.slice(3);
    link.href = `${location.pathname}?${new URLSearchParams({ focus: branch, find: typed })}#c${branch}`;
  }
}

if (globalThis.Highlight && document.getElementById("discussion")) {
  // After the address has changed, too.
  new MutationObserver(() => requestAnimationFrame(markWords)).observe(document.querySelector("main"), { childList: true, subtree: true });
  markWords();
}
