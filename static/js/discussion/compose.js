// The form for a new comment, and its anchor: the article, a passage, or words that begin in a passage.
import { isNarrow, discussion } from "../platform/page.js";
import { rows } from "../articles/passages.js";
import { sentence } from "../platform/sentences.js";

const MAX_QUOTE_LENGTH = 300; // the server keeps the beginning of a longer quote
const MAX_PASSAGE_LENGTH = 80; // characters of a passage that name it

export const composeForm = () => document.querySelector("#compose form[data-draft]");

/** Set the anchor: `passage` (a lineage, or "" for the whole article) and `quote` in it, which follows `prefix`. */
export function setAnchor(passage, quote = "", prefix = "") {
  const form = composeForm();
  if (!form) return leadBackTo(passage);
  Object.entries({ passage, quote, prefix }).forEach(([name, value]) => (form.elements[name].value = value));
  const shown = form.querySelector(".write-quote");
  shown.hidden = !quote;
  shown.firstElementChild.textContent = quote.length > MAX_QUOTE_LENGTH ? `${quote.slice(0, MAX_QUOTE_LENGTH).replace(/\S*$/, "")}…` : quote;
  const [label, passageName] = form.closest("details").firstElementChild.childNodes;
  label.data = `${sentence(passage ? "respond-passage" : "respond-article")} `;
  passageName.textContent = rows.get(passage)?.firstElementChild.textContent.slice(0, MAX_PASSAGE_LENGTH) ?? "";
}

// Whoever has to sign in first comes back to the form on the passage.
function leadBackTo(passage) {
  const link = document.querySelector(".compose-invite > a");
  if (link) link.search = new URLSearchParams({ next: `${location.pathname}?passage=${passage}#discussion` });
}

/** Set the anchor to `passage` unless something has been typed or quoted. */
export function suggestAnchor(passage) {
  const form = composeForm();
  if (form && !form.elements.body.value.trim() && !form.elements.quote.value) setAnchor(passage);
}

/** Open and focus the form, or the link that stands in for it ("Sign in"). */
export function openForm() {
  const form = composeForm();
  if (form) form.closest("details").open = true;
  discussion().scrollTop = 0;
  (form?.elements.body ?? document.querySelector("#compose a"))?.focus({ preventScroll: !isNarrow() });
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-unquote]")) setAnchor("");
});

// A form that the reader opens gets the focus; one that a script opens does not.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.("details.compose[open]") && target.contains(document.activeElement)) target.querySelector("textarea")?.focus();
  },
  true,
);
