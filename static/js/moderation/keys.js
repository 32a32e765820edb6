// Keyboard shortcuts of the queue, off while typing. Each clicks a button or link of the page.
const item = () => document.getElementById("item");
const decide = () => document.getElementById("decide");
const press = (selector) => document.querySelector(selector)?.click();
const links = () => [...document.querySelectorAll(".item-link")];

const keys = {
  j: () => open(1),
  k: () => open(-1),
  a: () => choose("approve", true),
  r: () => choose("remove"),
  c: () => choose("collapse"),
  w: () => choose("warn"),
  l: () => choose("lock"),
  t: () => decide()?.elements.also?.focus(),
  e: () => choose("escalate", true),
  s: () => press("#skip"),
  u: () => press("#undo button"),
  v: () => press("#concealed button"),
  Enter: submit,
  "?": () => document.getElementById("queue-keys")?.showModal(),
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

function choose(action, atOnce) {
  const radio = decide()?.querySelector(`[name=action][value=${action}]`);
  if (!radio) return;
  radio.checked = true;
  suggest();
  if (atOnce) submit();
}

function submit() {
  if (decide()?.querySelector("[name=action]:checked")) press("#decide .go");
}

function ground(number) {
  const radio = decide()?.querySelectorAll("[name=rule]")[number - 1];
  if (!radio) return;
  radio.checked = true;
  suggest();
}

/** If a reason is needed and the moderator has written none, fill in the saved one or the text of the rule. */
function suggest() {
  const reason = decide()?.elements.reason;
  if (!reason || reason.value !== (reason.dataset.suggested ?? "")) return;
  const restricts = decide().querySelector("[name=action]:checked")?.matches("[data-restricts]");
  const rule = restricts && decide().querySelector("[name=rule]:checked");
  const saved = rule && decide().querySelector(`[data-rule="${CSS.escape(rule.value)}"]`);
  const text = (saved || rule)?.dataset?.text ?? "";
  reason.value = reason.dataset.suggested = text;
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "f-saved" && target.value) decide().elements.reason.value = target.selectedOptions[0].dataset.text;
  if (target.closest?.("#decide") && target.type === "radio") suggest();
});

/** Words that the moderator selects in the reported text are quoted in the statement of reasons. */
document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const inside = selection.anchorNode?.parentElement?.closest(".case-words");
  const quote = decide()?.elements.quote;
  if (quote && inside?.contains(selection.focusNode) && !selection.isCollapsed) quote.value = selection.toString().trim().slice(0, 300);
});

document.addEventListener("keydown", (event) => {
  if (!item() || event.defaultPrevented || event.altKey) return;
  const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog");
  if (typing) return whileTyping(event);
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const act = Object.hasOwn(keys, event.key) ? keys[event.key] : /^[1-9]$/.test(event.key) && (() => ground(Number(event.key)));
  if (!act) return;
  event.preventDefault();
  act();
});

function whileTyping(event) {
  if (event.key === "Escape") event.target.blur();
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  submit();
}

// An item is claimed once it has been open for a moment. Its line in the list is marked, and the next item preloaded.
const MOMENT = 400;
const narrow = matchMedia("(max-width: 860px)");
let taking;

function opened() {
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
  taking = setTimeout(() => item()?.checkVisibility() && press("#claim .held:empty + button"), MOMENT);
}

// On narrow screens a line of the list opens the item's own page.
addEventListener("click", (event) => narrow.matches && event.target.closest?.(".item-link") && event.stopImmediatePropagation(), true);

let shown = item();
new MutationObserver(() => {
  if (item() === shown) return;
  shown = item();
  shown?.focus({ preventScroll: true });
  scrollTo({ top: 0 });
  opened();
}).observe(document.querySelector(".queue-beside") ?? document.body, { childList: true, subtree: true });
if (shown?.dataset.item) opened();
