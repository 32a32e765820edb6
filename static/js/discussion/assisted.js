// Comments written with AI assistance: whether to show, collapse or hide them. Members' choices come with the page, those
// of visitors are stored on their device. A collapsed comment opens in place.
import htmx from "../platform/htmx.js";
import { saveLocally } from "../platform/page.js";

const settings = document.documentElement.dataset;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-assist]");
  const comment = event.target.closest?.(".collapsed-note > a")?.closest(".comment");
  if (button) saveLocally("assisted", (settings.assisted = button.dataset.assist));
  if (button) markPressed();
  if (!comment) return;
  event.preventDefault();
  comment.classList.add("is-open");
  comment.tabIndex = -1;
  comment.focus({ preventScroll: true });
});

function markPressed() {
  for (const one of document.querySelectorAll("[data-assist]"))
    one.setAttribute("aria-pressed", one.dataset.assist === (settings.assisted ?? "show"));
}

htmx.onLoad(markPressed);
