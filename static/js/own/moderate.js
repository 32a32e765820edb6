// What moderators have on pages that they read: a key that opens the form, the saved reason, the words to quote.
const place = () => document.getElementById("moderate");
const form = () => document.getElementById("moderate-form");

/** The comment in focus, or that a link led to; without one, the article or the member. */
function moderate() {
  const comment = document.activeElement?.closest(".comment") ?? document.querySelector(".comment:is(.is-current, :target)");
  const here = comment?.querySelector(":scope > .comment-actions") ?? document;
  // What arrived live leads to the form by its report.
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

/** A saved reason for the rule stands in until the moderator has written one. */
document.addEventListener("change", ({ target }) => {
  const reason = form()?.elements.reason;
  if (!reason || !target.closest("#moderate-form")) return;
  if (target.name === "saved" && target.value) reason.value = target.selectedOptions[0].dataset.text;
  if (target.name !== "rule" || reason.value !== (reason.dataset.suggested ?? "")) return;
  const saved = form().querySelector(`[data-rule="${CSS.escape(target.value)}"]`);
  reason.value = reason.dataset.suggested = saved?.dataset.text ?? "";
});

document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const quote = form()?.elements.quote;
  const inside = selection.anchorNode?.parentElement?.closest(".case-words, .comment-body");
  if (quote && inside?.contains(selection.focusNode) && !selection.isCollapsed) quote.value = selection.toString().trim().slice(0, 300);
});

// The form that opened takes the focus, so that the keyboard goes on there.
new MutationObserver(() => {
  const title = document.querySelector("main ~ .moderate #moderate-title");
  if (title && !place().contains(document.activeElement)) title.focus({ preventScroll: true });
}).observe(document.body, { childList: true });
