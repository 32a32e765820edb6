// The form for a new comment, and what it answers: the article, a passage, or words that begin in a passage.
import { narrow, talk } from "./page.js";
import { rows } from "./passages.js";
import { sentence } from "./sentences.js";

const LONGEST = 300; // of longer words the server keeps the beginning
const BEGINNING = 80; // a passage is known by so much of it

export const compose = () => document.querySelector("#compose form[data-draft]");

/** Point the form at `passage` (a lineage, or "" for the whole article) and at `quote` in it, which follows `prefix`. */
export function anchor(passage, quote = "", prefix = "") {
  const form = compose();
  if (!form) return;
  Object.entries({ passage, quote, prefix }).forEach(([name, value]) => (form.elements[name].value = value));
  const shown = form.querySelector(".write-quote");
  shown.hidden = !quote;
  shown.firstElementChild.textContent = quote.length > LONGEST ? `${quote.slice(0, LONGEST).replace(/\S*$/, "")}…` : quote;
  const [asked, named] = form.closest("details").firstElementChild.childNodes;
  asked.data = `${sentence(passage ? "respond-passage" : "respond-article")} `;
  named.textContent = rows.get(passage)?.firstElementChild.textContent.slice(0, BEGINNING) ?? "";
}

/** A form that holds nothing yet follows what is being read. */
export function aim(passage) {
  const form = compose();
  if (form && !form.elements.body.value.trim() && !form.elements.quote.value) anchor(passage);
}

/** Open the form and go to it; where there is none, to the words that say why. */
export function write() {
  const form = compose();
  if (form) form.closest("details").open = true;
  talk().scrollTop = 0;
  (form?.elements.body ?? document.querySelector("#compose a"))?.focus({ preventScroll: !narrow() });
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
