// One key each, never while typing. Buttons and links do the work, so a key can do nothing they cannot.
import { expand } from "./lights.js";
import { calm, thread } from "./page.js";

let current = null;

const all = () => [...document.querySelectorAll(".comment")].filter((one) => one.checkVisibility());
const beside = (step) => {
  const list = all();
  const at = list.indexOf(current);
  return at < 0 ? list[step > 0 ? 0 : list.length - 1] : list[at + step];
};
const inside = (selector) => current?.querySelector(`:scope > ${selector}`);
// What is collapsed with its comment cannot be pressed by a key either.
const press = (selector) => inside(selector)?.checkVisibility() && inside(selector).click();

const keys = {
  j: () => go(beside(1)),
  k: () => go(beside(-1)),
  z: nextNew,
  "[": () => go(current?.parentElement.closest(".comment") ?? document.getElementById(`c${current?.dataset.parent}`)),
  "]": () => go(nextSibling()),
  c: collapse,
  r: reply,
  u: () => press(".comment-score button.up"),
  a: () => press(".comment-score button.yes"),
  d: () => press(".comment-score button.no"),
  "?": showKeys,
};

/** What is offered for the selected words comes first: to answer or to quote them. */
function reply() {
  const offered = document.querySelector("body > .respond");
  if (offered) offered.click();
  else press(".comment-actions > a[href$='/reply']");
}

function showKeys() {
  document.getElementById("keys")?.showModal();
}


function go(comment) {
  if (!comment) return;
  current?.classList.remove("is-current");
  current = comment;
  expand(comment);
  comment.classList.add("is-current");
  comment.setAttribute("tabindex", "-1");
  comment.focus({ preventScroll: true });
  comment.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
}

function nextSibling() {
  let next = current?.nextElementSibling;
  while (next && !next.matches(".comment")) next = next.nextElementSibling;
  return next;
}

function nextNew() {
  const list = [...document.querySelectorAll(".comment:not(.waiting > *)")];
  const isNew = (one) => one.matches(".is-new");
  const next = list.slice(list.indexOf(current) + 1).find(isNew);
  const beyond = document.querySelector(".since > a") ?? [...document.querySelectorAll("[data-keys] [rel=next]")].at(-1);
  if (next || !beyond) go(next ?? list.find(isNew));
  else beyond.click();
}

function collapse() {
  const replies = inside("details.replies");
  if (replies && !replies.hidden) replies.open = !replies.open;
}

if (thread || document.querySelector("[data-keys]"))
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog, [contenteditable]")) return;
    const act = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

document.addEventListener("click", ({ target }) => target.closest?.("[data-keys]") && showKeys());

document.addEventListener("focusin", ({ target }) => {
  const comment = target.closest?.(".comment");
  if (!comment || comment === current) return;
  current?.classList.remove("is-current");
  current = comment;
});
