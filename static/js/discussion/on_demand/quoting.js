// Offers to quote words that are selected in a comment in a reply to it.
import { sentence } from "../../platform/sentences.js";

const DELAY_MS = 180;

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
let timer;

export function offerQuote() {
  clearTimeout(timer);
  timer = setTimeout(placeButton, DELAY_MS);
}

/** Return the quote and the reply link of its comment. A triple click selects beyond the comment: that part is cut off. */
function selectedQuote() {
  const selection = getSelection();
  const range = selection.rangeCount && !selection.isCollapsed && selection.getRangeAt(0);
  const body = range && range.startContainer.parentElement?.closest(".comment-body");
  const part = body && range.cloneRange();
  if (body && !body.contains(range.endContainer)) part.setEnd(body, body.childNodes.length);
  const words = String(part || "").trim();
  const reply = words && body.closest(".comment").querySelector(":scope > .comment-actions > a[href$='/reply']");
  return reply && { reply, words, range: part, slot: body.closest(".comment").querySelector(":scope > .comment-slot") };
}

function placeButton() {
  const selected = selectedQuote();
  if (!selected) return button.remove();
  const { bottom, left } = selected.range.getBoundingClientRect();
  button.textContent = sentence("quote");
  document.body.append(button);
  button.style.top = `${bottom + scrollY + 8}px`;
  button.style.left = `${Math.max(8, Math.min(left + scrollX, innerWidth - button.offsetWidth - 8))}px`;
}

button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", async () => {
  const { reply, words, slot } = selectedQuote() ?? {};
  button.remove();
  if (!reply) return;
  getSelection().removeAllRanges();
  reply.click();
  const text = await formIn(slot);
  const before = text.value.trimEnd();
  text.value = `${before}${before && "\n\n"}${words.replace(/\n+/g, "\n").replace(/^/gm, "> ")}\n\n`;
  text.dispatchEvent(new Event("input", { bubbles: true })); // saves it as a draft
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
});

/** Return the text field of the reply form, once the form is loaded and its draft restored. */
async function formIn(slot) {
  while (!slot.querySelector("textarea")) await new Promise((done) => new MutationObserver((_, seen) => done(seen.disconnect())).observe(slot, { childList: true, subtree: true }));
  await new Promise(requestAnimationFrame);
  return slot.querySelector("textarea");
}

document.addEventListener("selectionchange", () => getSelection().isCollapsed && button.remove());
document.addEventListener("scroll", () => button.isConnected && placeButton(), { capture: true, passive: true });
