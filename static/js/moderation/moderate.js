// For moderators on ordinary pages: the key that opens the decision bar, and its keys while it is open.
import { bar, isOpen, isTyping, press, pressTyping } from "./bar.js";

const place = () => document.getElementById("moderate");
const close = () => place().replaceChildren();
const words = () => from?.querySelector(":scope > .comment-body");
let from;
// The keys pressed while the bar is on its way, undefined at other times.
let early;

/** Open the bar for the comment that has the focus or that a link led to, or else for the article or the member. */
function moderate() {
  const comment = document.activeElement?.closest(".comment") ?? document.querySelector(".comment:is(.is-current, :target)");
  const here = comment?.querySelector(":scope > .comment-actions") ?? document;
  // Live comments have only a report link.
  (here.querySelector(".moderates") ?? here.querySelector("a[href$='/report']"))?.click();
}

/** The keys of the open bar. The shortcuts of the page behind it do nothing meanwhile. */
function whileOpen(event) {
  if (event.target.closest("dialog")) return;
  const elsewhere = isTyping(event) && !place().contains(event.target);
  if (elsewhere || ((event.ctrlKey || event.metaKey) && event.key !== "Enter")) return;
  if (event.key === "Enter" && !event.ctrlKey && event.target.closest("a, button, summary")) return;
  if (event.key.length === 1) event.stopPropagation();
  if (event.key === "Escape" && !isOpen()) return leave(event);
  const acted = isTyping(event) ? pressTyping(event) : press(event.key);
  if (!acted) return;
  event.stopPropagation();
  event.preventDefault();
}

function keep(event) {
  event.preventDefault();
  event.stopPropagation();
  early.push(event.key);
}

/** The bar is on its way for what this link stands at; the page has its keys back if it does not come. */
function awaits(link) {
  from = link.closest(".comment");
  early = [];
  setTimeout(() => (early = undefined), 2000);
}

function leave(event) {
  event.preventDefault();
  event.stopPropagation();
  close();
  from?.focus({ preventScroll: true });
}

addEventListener(
  "keydown",
  (event) => {
    if (event.altKey || event.defaultPrevented || !place()) return;
    if (bar()) return whileOpen(event);
    if (early && !isTyping(event) && !event.ctrlKey && !event.metaKey) return keep(event);
    if (event.key === "Escape" && place().contains(event.target)) return close();
    if (event.key !== "m" || event.ctrlKey || event.metaKey || isTyping(event) || event.target.closest("dialog")) return;
    event.preventDefault();
    moderate();
  },
  true,
);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".moderates");
  if (link) awaits(link);
  if (event.target.closest?.("main ~ .moderate .cancel") && !isOpen()) close();
});

// The bar grows over the page when an action is chosen.
document.addEventListener("chosen", () => words()?.scrollIntoView({ block: "nearest" }));

// Focus the bar when it opens, for the keyboard, and keep what it is about in view.
new MutationObserver(() => {
  const title = document.querySelector("main ~ .moderate #moderate-title");
  if (!title || place().contains(document.activeElement)) return;
  title.focus({ preventScroll: true });
  words()?.scrollIntoView({ block: "center" });
  early?.forEach(press);
  early = undefined;
}).observe(document.body, { childList: true });
