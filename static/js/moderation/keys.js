// Keyboard shortcuts of the queue, off while typing. Each clicks a button or link of the page.
import { bar, isOpen, isTyping, press, pressTyping } from "./bar.js";

const item = () => document.getElementById("item");
const click = (selector) => document.querySelector(selector)?.click();
const links = () => [...document.querySelectorAll("a.item-link")];

// None of them acts while an action is chosen: the form would be lost.
const keys = {
  j: () => open(1),
  k: () => open(-1),
  s: () => click("#skip"),
  u: () => click("#undo button"),
  v: () => click("#concealed button"),
};

function open(step) {
  const list = links();
  let at = list.findIndex((one) => one.getAttribute("aria-current"));
  if (at < 0 && step < 0) at = list.length;
  do at += step;
  while (list[at]?.closest(".is-decided"));
  list[at]?.click();
  list[at]?.scrollIntoView({ block: "nearest" });
}

// Other work than an item has a form of its own, whose choices name their keys.
function choose(key) {
  if (!item().matches(".is-panel")) return false;
  if (key === "Escape") return click("#item .case-back a"), true;
  const choice = [...item().querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!choice) return false;
  if ("now" in choice.dataset) return choice.click(), true;
  if (choice.type === "radio") choice.checked = true;
  (choice.type === "radio" ? choice.form.querySelector("textarea") : choice).focus();
  return true;
}

function typing(event) {
  if (!item().matches(".is-panel") || !event.target.form) return pressTyping(event);
  if (event.key === "Escape") return item().focus(), true;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return false;
  event.target.form.requestSubmit(event.target.form.querySelector(".button"));
  return true;
}

function act(key) {
  if (key === "?") return document.getElementById("queue-keys")?.showModal(), true;
  if (choose(key) || (bar()?.matches("form") && press(key))) return true;
  if (isOpen() || !Object.hasOwn(keys, key)) return false;
  keys[key]();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (!item() || event.defaultPrevented || event.altKey || event.target.closest("dialog")) return;
  if (isTyping(event)) return typing(event) && event.preventDefault();
  const sends = event.key === "Enter";
  if ((event.ctrlKey || event.metaKey) && !sends) return;
  if (sends && !event.ctrlKey && event.target.closest("a, button, summary")) return;
  if (act(event.key)) event.preventDefault();
});

// An item that somebody opens is claimed after a moment, and the first of the queue once an action is chosen. Its line
// in the list is marked, and the next item preloaded.
const MOMENT = 400;
const narrow = matchMedia("(max-width: 860px)");
let taking;

const claim = () => item()?.checkVisibility() && click("#claim .held:empty + button");

function opened(claims) {
  const number = item()?.dataset.item;
  clearTimeout(taking);
  let at = -1;
  links().forEach((link, index) => {
    const here = link.closest(".item").dataset.item === number;
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (here) at = index;
  });
  links()[at + 1]?.dispatchEvent(new Event("mouseover"));
  if (claims) taking = setTimeout(claim, MOMENT);
}

document.addEventListener("chosen", () => {
  claim();
  // The bar has grown over the page: keep the words in view.
  if (narrow.matches) document.querySelector(".case-words")?.scrollIntoView({ block: "nearest" });
});

// On narrow screens a line of the list opens the item's own page.
addEventListener("click", (event) => narrow.matches && event.target.closest?.(".item-link") && event.stopImmediatePropagation(), true);

let shown = item();
new MutationObserver(() => {
  if (item() === shown) return;
  shown = item();
  shown?.focus({ preventScroll: true });
  scrollTo({ top: 0 });
  opened(true);
}).observe(document.querySelector(".queue-beside") ?? document.body, { childList: true, subtree: true });
if (shown?.dataset.item) opened(document.querySelector(".queue.is-chosen"));
