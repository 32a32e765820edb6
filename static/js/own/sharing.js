// Sharing a comment, or words of the article: with the device's own menu where there is one, else by copying the link.
import { sentence } from "../sentences.js";

const AFTER = 260; // the button "Respond to this" comes first, and this one beside it
const FEW = 4;

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
button.textContent = sentence("copy");
let pause;
let tell;

/** Share `address`, or copy it. `say` shows a sentence at the foot of the page. */
export async function share(address, say) {
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) return await navigator.share({ title: document.title, url: address });
    await navigator.clipboard.writeText(address);
    say(sentence("copied"));
  } catch (error) {
    // Whoever closed the menu does not want to share.
    if (error.name !== "AbortError") say(sentence("not-copied"), linkTo(address));
  }
}

/** Offer to share the words that are selected in the article. */
export function offer(say) {
  tell = say;
  clearTimeout(pause);
  pause = setTimeout(stand, AFTER);
}

button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", () => {
  const address = addressOf(getSelection());
  button.remove();
  if (address) share(address, tell);
});

function stand() {
  const beside = [...document.querySelectorAll("body > .respond")].find((one) => one !== button);
  if (!beside || !addressOf(getSelection())) return button.remove();
  document.body.append(button);
  const left = beside.offsetLeft + beside.offsetWidth + 8;
  const fits = left + button.offsetWidth < innerWidth - 8;
  button.style.top = fits ? beside.style.top : `${beside.offsetTop + beside.offsetHeight + 8}px`;
  button.style.left = fits ? `${left}px` : beside.style.left;
}

// What is selected no longer goes with the button beside it.
document.addEventListener("selectionchange", () => getSelection().isCollapsed && button.remove());

/** The address of the page at the selected words (a text fragment, with the passage for browsers that know none). */
function addressOf(selection) {
  const words = String(selection).split(/\s+/).filter(Boolean);
  const passage = selection.rangeCount && selection.getRangeAt(0).startContainer.parentElement?.closest(".passage");
  if (!passage || words.length === 0) return;
  const page = document.querySelector("link[rel=canonical]").href;
  const parts = words.length > 3 * FEW ? [words.slice(0, FEW), words.slice(-FEW)] : [words];
  return `${page}#${passage.id}:~:text=${parts.map((some) => encoded(some.join(" "))).join(",")}`;
}

const encoded = (text) => encodeURIComponent(text).replace(/-/g, "%2D");

function linkTo(address) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = address;
  return link;
}
