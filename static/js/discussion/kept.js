// What the reader keeps of this thread: their highlights in the article, their notes beside them, and the key b. Loaded for
// members only. The cards come with one request when they keep something here (templates/discussion/kept/cards.html).
import { rangesOfQuote } from "../articles/quote_ranges.js";
import { showToast, thread } from "../platform/page.js";

const GAP_PX = 8;
const SETTLED_MS = 200;
const notes = document.getElementById("notes");
const button = document.createElement("button");
button.type = "button";
button.className = "respond keep-words";
button.textContent = notes.dataset.keep;
let chosen;
let opening; // the card to open once it is loaded
let highlights = [];

new MutationObserver(showCards).observe(notes, { childList: true });
// More comments come, and the article may be revised.
let timer;
new MutationObserver(() => {
  clearTimeout(timer);
  timer = setTimeout(() => notes.childElementCount && showKept(), SETTLED_MS);
}).observe(document.querySelector("main"), { childList: true, subtree: true });

function showCards() {
  showKept();
  if (opening) open(document.getElementById(opening));
  else if (notes.matches(":popover-open")) notes.hidePopover();
}

/** Mark what the cards say is kept. */
function showKept() {
  const cards = [...notes.querySelectorAll(".kept-card")];
  highlights = cards.flatMap((card) => rangesIn(card).map((range) => ({ card, range })));
  if (CSS.highlights) CSS.highlights.set("parley-kept", new Highlight(...highlights.map(({ range }) => range)));
  for (const link of document.querySelectorAll("a.keep")) {
    const isKept = Boolean(cardOf(link));
    if (isKept === (link.getAttribute("aria-pressed") === "true")) continue;
    link.setAttribute("role", "button");
    link.setAttribute("aria-pressed", isKept);
    if (link.closest(".comment")) link.textContent = isKept ? notes.dataset.kept : notes.dataset.keep;
  }
}

function rangesIn(card) {
  const row = document.getElementById(`p${card.dataset.passage}`)?.parentElement;
  return rangesOfQuote(row, card.querySelector(".kept-words")?.textContent ?? "");
}

const cardOf = (link) => {
  const comment = link.getAttribute("href").match(/^\/c\/(\d+)/)?.[1];
  return notes.querySelector(comment ? `[data-comment="${comment}"]` : "[data-article]");
};

/** Show one card, below what it is about. */
function open(card, at) {
  opening = undefined;
  if (!card) return;
  for (const one of notes.children) one.hidden = one !== card;
  notes.showPopover();
  const { left, bottom } = at ?? placeOf(card);
  const { clientWidth, clientHeight } = document.documentElement;
  notes.style.setProperty("--y", `${scrollY + Math.max(GAP_PX, Math.min(bottom + GAP_PX, clientHeight - notes.offsetHeight - GAP_PX))}px`);
  notes.style.setProperty("--x", `${scrollX + Math.max(GAP_PX, Math.min(left, clientWidth - notes.offsetWidth - GAP_PX))}px`);
  // On a touch screen the keyboard would cover the words.
  if (!matchMedia("(pointer: coarse)").matches) card.querySelector("textarea").focus({ preventScroll: true });
}

function placeOf(card) {
  const highlight = highlights.find((one) => one.card === card);
  const link = [...document.querySelectorAll("a.keep")].find((one) => cardOf(one) === card && one.checkVisibility());
  return (highlight?.range ?? link ?? document.querySelector("h1")).getBoundingClientRect();
}

/** Keep something, then load the cards anew. With `opens`, its card is shown for a note. */
async function keep(address, fields, opens) {
  const headers = { "HX-Request": "true" };
  const answer = await fetch(address, { method: "POST", headers, body: new URLSearchParams(fields) }).catch(() => undefined);
  if (!answer?.ok || answer.redirected) return location.assign(address);
  opening = opens ? `k${answer.headers.get("Location").split("/").at(-1)}` : undefined;
  showToast(notes.dataset.done);
  notes.dispatchEvent(new Event("parley:kept"));
}

function keepWords() {
  const [passage, quote, prefix] = chosen;
  getSelection().removeAllRanges();
  keep(`/t/${thread}/notes`, { passage, quote, prefix }, true);
}

document.addEventListener("parley:selected", ({ detail }) => {
  chosen = detail;
  const respond = document.querySelector("body > .respond:not(.keep-words)");
  const { bottom, left } = getSelection().getRangeAt(0).getBoundingClientRect();
  document.body.append(button);
  const width = respond ? respond.offsetWidth + GAP_PX : 0;
  const start = Math.max(GAP_PX, Math.min(left + scrollX, innerWidth - button.offsetWidth - width - GAP_PX));
  button.style.top = `${bottom + scrollY + GAP_PX}px`;
  button.style.left = `${start + width}px`;
  if (respond) respond.style.left = `${start}px`;
});
document.addEventListener("selectionchange", () => getSelection().isCollapsed && button.remove());
button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", keepWords);

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !notes.showPopover) return;
  const link = event.target.closest?.("a.keep");
  if (link) {
    event.preventDefault();
    const card = cardOf(link);
    if (card) open(card, link.getBoundingClientRect());
    else keep(link.getAttribute("href"), { on: 1 });
  } else if (event.target.closest?.(".passage") && !event.target.closest("a") && getSelection().isCollapsed) {
    const found = highlights.find(({ range }) => contains(range, event));
    if (found) open(found.card, found.range.getBoundingClientRect());
  }
});

const contains = (range, { clientX, clientY }) =>
  [...range.getClientRects()].some(({ left, right, top, bottom }) => clientX >= left && clientX <= right && clientY >= top && clientY <= bottom);

document.addEventListener("keydown", (event) => {
  if (event.key !== "b" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog, [contenteditable]")) return;
  event.preventDefault();
  const current = document.querySelector(".comment.is-current");
  const link = document.querySelector(current ? `a.keep[href="/c/${current.id.slice(1)}/keep"]` : ".article-menu a.keep");
  if (button.isConnected) keepWords();
  else link?.click();
});
