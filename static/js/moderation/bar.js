// The decision bar, in the queue and over a page: choosing an action, its rule and reason, and its keys.
export const bar = () => document.getElementById("decide");
const chosen = () => bar()?.querySelector("[name=action]:checked");
const reason = () => bar()?.elements.reason;
const suggested = () => bar()?.elements.suggested;

export const isOpen = () => Boolean(chosen() || bar()?.querySelector(".more-acts[open]"));
export const isTyping = (event) => Boolean(event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"));

const KEYS = { e: ["ask"], r: ["remove", "bio"], c: ["collapse"], w: ["warn"], x: ["escalate"] };

function choose(names) {
  const radio = names.map((name) => bar().querySelector(`[name=action][value=${name}]`)).find(Boolean);
  if (!radio) return false;
  radio.checked = true;
  changed(radio);
  return true;
}

/** Close the form, undecided: what was typed is dropped, unless only the menu was open. */
export function close() {
  const radio = chosen();
  if (radio) radio.checked = false;
  bar().querySelector(".more-acts")?.removeAttribute("open");
  bar().querySelectorAll(".error").forEach((one) => one.remove());
  document.getElementById("letter")?.replaceChildren();
  (document.getElementById("item") ?? document.getElementById("moderate-title"))?.focus({ preventScroll: true });
}

/** Send the decision, if one is chosen; or lead to an empty field where a law is asked for. */
function send() {
  if (!chosen()) return false;
  const { law, reason } = bar().elements;
  const empty = law?.offsetParent && [law, reason].find((field) => !field.value.trim());
  if (empty && empty !== document.activeElement) return empty.focus(), true;
  bar().requestSubmit(bar().querySelector(".go"));
  return true;
}

function selectRule(number) {
  const option = bar().elements.rule?.options[number];
  if (!option || !chosen()?.matches("[data-reason]")) return false;
  option.selected = true;
  changed(bar().elements.rule);
  return true;
}

function changed(target) {
  if (target.name === "rule") suggest(target.selectedOptions[0].dataset.text ?? "");
  if (target.name === "action") {
    bar().querySelector(".more-acts")?.removeAttribute("open");
    bar().querySelector(".go").textContent = target.dataset.send;
    bar().dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
  }
  tell();
}

/** Fill in the reason of the rule, unless the moderator has written one. */
function suggest(text) {
  const line = text.split(/\s+/).filter(Boolean).join(" ");
  if (reason().value.trim() && reason().value !== suggested().value) return;
  reason().value = suggested().value = line;
}

/** Show beside the item what the author will read. */
function tell() {
  const [rule, words] = [document.getElementById("reads-rule"), document.getElementById("reads-reason")];
  if (!rule || !reason()) return;
  rule.textContent = bar().elements.rule.selectedOptions[0]?.dataset.title ?? "";
  const quote = bar().elements.quote.value.trim();
  words.textContent = `${quote && !reason().value.includes("{quote}") ? `“${quote}” ` : ""}${reason().value.replace("{quote}", `“${quote}”`)}`;
}

const openMore = () => {
  const more = bar().querySelector(".more-acts");
  if (!more) return false;
  more.open = !more.open;
  if (more.open) more.querySelector("[type=radio]").focus();
  return true;
};

const focusField = (name) => {
  if (!chosen()?.matches("[data-reason]")) return false;
  bar().elements[name].focus();
  bar().elements[name].select();
  return true;
};

/** What a key does in the bar; false where it does nothing. */
export function press(key) {
  if (Object.hasOwn(KEYS, key)) return choose(KEYS[key]);
  if (/^[1-9]$/.test(key)) return selectRule(Number(key));
  if (key === "a") return bar().querySelector("#keep") ? (bar().querySelector("#keep").click(), true) : false;
  if (key === "m") return openMore();
  if (key === "t") return focusField("reason");
  if (key === "q") return focusField("quote");
  if (key === "Enter") return send();
  if (key === "Escape" && isOpen()) return close(), true;
  return false;
}

/** Keys in the fields of the bar: Enter sends, with Ctrl too, and Escape leads back to the bar. */
export function pressTyping(event) {
  if (!event.target.closest("#decide") || event.altKey) return false;
  if (event.key === "Escape") return chosen() ? chosen().focus() : event.target.blur(), true;
  return event.key === "Enter" && send();
}

document.addEventListener("change", ({ target }) => target.form?.id === "decide" && changed(target));
// The letter arrives beside the item, and on a phone below it.
document.addEventListener("htmx:after:swap", () => document.querySelector("#letter > *")?.scrollIntoView({ block: "nearest" }));
document.addEventListener("input", ({ target }) => target.form?.id === "decide" && tell());
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#decide .cancel")) return;
  event.preventDefault();
  close();
});

/** Words that the moderator selects in the text are quoted to its author. */
document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const inside = selection.anchorNode?.parentElement?.closest(".case-words, .comment-body");
  const quote = bar()?.elements.quote;
  if (!quote || selection.isCollapsed || !inside?.contains(selection.focusNode)) return;
  quote.value = selection.toString().trim().slice(0, 300);
  tell();
});
