// The form for a new comment, and what it answers: the article, a passage, or words of a passage.
export const compose = () => document.querySelector("#compose form[data-draft]");

/** Point the form at `passage` (a lineage, or "" for the whole article) and at `quote` in it. */
export function anchor(passage, quote = "") {
  const form = compose();
  if (!form) return;
  form.elements.passage.value = passage;
  form.elements.quote.value = quote;
  const shown = form.querySelector(".write-quote");
  shown.hidden = !quote;
  shown.firstElementChild.textContent = quote;
  form.closest("details").firstElementChild.textContent = `What do you see in this ${passage ? "passage" : "article"}?`;
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-unquote]")) anchor("");
});

// Whoever opens the form wants to write; a form that opens by itself leaves the focus where it is.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.("details.compose[open]") && target.contains(document.activeElement)) target.querySelector("textarea")?.focus();
  },
  true,
);
