// Opens reply and edit forms below their comment instead of on a page of their own.
import htmx from "../platform/htmx.js";
import { isPlainClick, viewer } from "../platform/page.js";

document.addEventListener("click", (event) => {
  if (!isPlainClick(event) || !viewer) return;
  const link = event.target.closest?.(".comment-actions > a:is([href$='/reply'], [href$='/edit'])");
  const cancel = event.target.closest?.(".comment-slot [data-cancel]");
  if (link) openForm(event, link);
  if (cancel) closeForm(event, cancel.closest(".comment-slot"));
});

async function openForm(event, link) {
  event.preventDefault();
  const slot = link.closest(".comment").querySelector(":scope > .comment-slot");
  const address = link.getAttribute("href");
  if (slot.dataset.holds !== address || !slot.childElementCount) {
    slot.dataset.holds = address;
    await htmx.ajax("GET", address, { source: link, target: slot, swap: "innerHTML" });
  }
  const text = slot.querySelector("textarea");
  text?.focus();
  text?.form.scrollIntoView({ block: "nearest" });
  text?.setSelectionRange(text.value.length, text.value.length);
}

function closeForm(event, slot) {
  event.preventDefault();
  slot.replaceChildren();
  slot.closest(".comment").querySelector(":scope > .comment-actions > a")?.focus();
}
