// For moderators on ordinary pages: the key that opens the decision form, saved reasons, and quoting selected words.
const place = () => document.getElementById("moderate");
const form = () => document.getElementById("moderate-form");

/** Open the form for the comment that has the focus or that a link led to, or else for the article or the member. */
function moderate() {
  const comment = document.activeElement?.closest(".comment") ?? document.querySelector(".comment:is(.is-current, :target)");
  const here = comment?.querySelector(":scope > .comment-actions") ?? document;
  // Live comments have only a report link.
  (here.querySelector(".moderates") ?? here.querySelector("a[href$='/report']"))?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !place()) return;
  if (event.key === "Escape" && place().contains(event.target)) return place().replaceChildren();
  if (event.key !== "m" || event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
  event.preventDefault();
  moderate();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("main ~ .moderate .cancel")) return;
  event.preventDefault();
  place().replaceChildren();
});

/** Fill in the saved reason for the chosen rule, or its text, unless the moderator has written one. */
document.addEventListener("change", ({ target }) => {
  const reason = form()?.elements.reason;
  if (!reason || !target.closest("#moderate-form")) return;
  if (target.name === "saved" && target.value) reason.value = target.selectedOptions[0].dataset.text;
  if (target.name !== "rule" || reason.value !== (reason.dataset.suggested ?? "")) return;
  const saved = form().querySelector(`[data-rule="${CSS.escape(target.value)}"]`) ?? target.selectedOptions[0];
  reason.value = reason.dataset.suggested = saved.dataset.text ?? "";
});

document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const quote = form()?.elements.quote;
  const inside = selection.anchorNode?.parentElement?.closest(".case-words, .comment-body");
  if (quote && inside?.contains(selection.focusNode) && !selection.isCollapsed) quote.value = selection.toString().trim().slice(0, 300);
});

// Focus the form when it opens, for the keyboard.
new MutationObserver(() => {
  const title = document.querySelector("main ~ .moderate #moderate-title");
  if (title && !place().contains(document.activeElement)) title.focus({ preventScroll: true });
}).observe(document.body, { childList: true });
