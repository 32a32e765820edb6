// Opens reply and edit forms below their comment instead of on a page of their own.
import { openAncestors } from "../articles/highlights.js";
import htmx from "../platform/htmx.js";
import { isPlainClick, savedKeys, thread, viewer } from "../platform/page.js";

document.addEventListener("click", (event) => {
  if (!isPlainClick(event) || !viewer) return;
  const link = event.target.closest?.(".comment-actions a:is([href$='/reply'], [href$='/edit'])");
  const cancel = event.target.closest?.(".comment-slot [data-cancel]");
  if (link) openForm(event, link);
  if (cancel) closeForm(event, cancel.closest(".comment-slot"));
});

// A reply or an edit that was begun, and kept on this device, is shown as it was left.
for (const key of viewer && thread ? savedKeys(`draft:${viewer}:t${thread}-`) : []) {
  const act = key.startsWith("e") ? "edit" : "reply";
  const link = document.querySelector(`#c${key.slice(1) || 0} > .comment-actions a[href$="/${act}"]`);
  if (!link) continue;
  openAncestors(link.closest(".comment"));
  loadForm(link);
}

async function openForm(event, link) {
  event.preventDefault();
  const slot = await loadForm(link);
  const text = slot.querySelector("textarea");
  text?.focus();
  text?.form.scrollIntoView({ block: "nearest" });
  text?.setSelectionRange(text.value.length, text.value.length);
}

async function loadForm(link) {
  const slot = link.closest(".comment").querySelector(":scope > .comment-slot");
  const address = link.getAttribute("href");
  if (slot.dataset.holds !== address || !slot.childElementCount) {
    slot.dataset.holds = address;
    await htmx.ajax("GET", address, { source: link, target: slot, swap: "innerHTML" });
  }
  return slot;
}

function closeForm(event, slot) {
  event.preventDefault();
  slot.replaceChildren();
  slot.closest(".comment").querySelector(":scope > .comment-actions a")?.focus();
}
