// Select words of a comment, and a button offers to quote them in a reply to it.
import { sentence } from "../sentences.js";

const AFTER = 180;

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
let pause;

export function offerQuote() {
  clearTimeout(pause);
  pause = setTimeout(stand, AFTER);
}

/** The comment in which the selection begins, and its selected words: a third click selects up to what comes next. */
function chosen() {
  const selection = getSelection();
  const range = selection.rangeCount && !selection.isCollapsed && selection.getRangeAt(0);
  const body = range && range.startContainer.parentElement?.closest(".comment-body");
  const part = body && range.cloneRange();
  if (body && !body.contains(range.endContainer)) part.setEnd(body, body.childNodes.length);
  const words = String(part || "").trim();
  const reply = words && body.closest(".comment").querySelector(":scope > .comment-actions > a[href$='/reply']");
  return reply && { reply, words, range: part, slot: body.closest(".comment").querySelector(":scope > .comment-slot") };
}

function stand() {
  const here = chosen();
  if (!here) return button.remove();
  const { bottom, left } = here.range.getBoundingClientRect();
  button.textContent = sentence("quote");
  document.body.append(button);
  button.style.top = `${bottom + scrollY + 8}px`;
  button.style.left = `${Math.max(8, Math.min(left + scrollX, innerWidth - button.offsetWidth - 8))}px`;
}

button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", async () => {
  const { reply, words, slot } = chosen() ?? {};
  button.remove();
  if (!reply) return;
  getSelection().removeAllRanges();
  reply.click();
  const text = await formIn(slot);
  const before = text.value.trimEnd();
  text.value = `${before}${before && "\n\n"}${words.replace(/\n+/g, "\n").replace(/^/gm, "> ")}\n\n`;
  text.dispatchEvent(new Event("input", { bubbles: true })); // so that it is kept as a draft
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
});

/** The field of the reply form, once it is there with its draft. */
async function formIn(slot) {
  while (!slot.querySelector("textarea")) await new Promise((done) => new MutationObserver((_, seen) => done(seen.disconnect())).observe(slot, { childList: true, subtree: true }));
  await new Promise(requestAnimationFrame);
  return slot.querySelector("textarea");
}

document.addEventListener("selectionchange", () => getSelection().isCollapsed && button.remove());
document.addEventListener("scroll", () => button.isConnected && stand(), { capture: true, passive: true });
