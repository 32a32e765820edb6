// Keyboard shortcuts, off while typing. Each clicks a button or link of the page.
import { openAncestors } from "../articles/highlights.js";
import { prefersReducedMotion, thread } from "./page.js";

let current = null;

const visibleComments = () => [...document.querySelectorAll(".comment")].filter((one) => one.checkVisibility());
const neighbour = (step) => {
  const list = visibleComments();
  const index = list.indexOf(current);
  return index < 0 ? list[step > 0 ? 0 : list.length - 1] : list[index + step];
};
const ownPart = (selector) => current?.querySelector(`:scope > ${selector}`);
// Controls that are collapsed with their comment are not clicked.
const clickOwn = (selector) => ownPart(selector)?.checkVisibility() && ownPart(selector).click();

const keys = {
  j: () => moveTo(neighbour(1)),
  k: () => moveTo(neighbour(-1)),
  z: nextNew,
  "[": () => moveTo(current?.parentElement.closest(".comment") ?? document.getElementById(`c${current?.dataset.parent}`)),
  "]": () => moveTo(nextSibling()),
  c: collapse,
  r: reply,
  u: () => clickOwn(".comment-score button.up"),
  a: () => clickOwn(".comment-score button.yes"),
  d: () => clickOwn(".comment-score button.no"),
  "?": showKeys,
};

/** If words are selected, respond to them or quote them; otherwise reply to the current comment. */
function reply() {
  const offered = document.querySelector("body > .respond:not(.keep-words)");
  if (offered) offered.click();
  else clickOwn(".comment-actions > a[href$='/reply']");
}

function showKeys() {
  document.getElementById("keys")?.showModal();
}

function moveTo(comment) {
  if (!comment) return;
  current?.classList.remove("is-current");
  current = comment;
  openAncestors(comment);
  comment.classList.add("is-current");
  comment.setAttribute("tabindex", "-1");
  comment.focus({ preventScroll: true });
  comment.scrollIntoView({ block: "nearest", behavior: prefersReducedMotion() ? "auto" : "smooth" });
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
  const more = document.querySelector(".since [data-unread]") ?? [...document.querySelectorAll("[data-keys] [rel=next]")].at(-1);
  if (next || !more) moveTo(next ?? list.find(isNew));
  else more.click();
}

function collapse() {
  const replies = ownPart("details.replies");
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

// Ctrl+Enter sends what is being written, wherever that is; a decision in the queue is sent by its own keys.
document.addEventListener("keydown", (event) => {
  const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form;
  if (form?.method !== "post" || form.id === "decide") return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".go, .button:not(.quiet, [formaction], [type=button], a)"));
});

document.addEventListener("click", ({ target }) => target.closest?.("[data-keys]") && showKeys());

document.addEventListener("focusin", ({ target }) => {
  const comment = target.closest?.(".comment");
  if (!comment || comment === current) return;
  current?.classList.remove("is-current");
  current = comment;
});
