// Comments written with AI assistance: a visitor's device remembers whether to show, collapse or hide them,
// a member's choice comes with the page. A collapsed one opens in its place.
import htmx from "./htmx.js";
import { remember } from "./page.js";

const chosen = document.documentElement.dataset;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-assist]");
  const comment = event.target.closest?.(".collapsed-note > a")?.closest(".comment");
  if (button) remember("assisted", (chosen.assisted = button.dataset.assist));
  if (button) mark();
  if (!comment) return;
  event.preventDefault();
  comment.classList.add("is-open");
  comment.tabIndex = -1;
  comment.focus({ preventScroll: true });
});

function mark() {
  for (const one of document.querySelectorAll("[data-assist]"))
    one.setAttribute("aria-pressed", one.dataset.assist === (chosen.assisted ?? "show"));
}

htmx.onLoad(mark);
