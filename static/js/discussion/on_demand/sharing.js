// Shares a comment or a quote of the article: with the device's share menu if it has one, otherwise by copying the link.
import { sentence } from "../../platform/sentences.js";

const DELAY_MS = 260; // later than the button "Respond to this", beside which this one is placed
const EDGE_WORDS = 4;

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
button.textContent = sentence("copy");
let timer;
let toast;

/** Share `address`, or copy it. */
export async function share(address, showToast) {
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) return await navigator.share({ title: document.title, url: address });
    await navigator.clipboard.writeText(address);
    showToast(sentence("copied"));
  } catch (error) {
    // The reader closed the menu.
    if (error.name !== "AbortError") showToast(sentence("not-copied"), linkTo(address));
  }
}

/** Offer to share the words that are selected in the article. */
export function offerShare(showToast) {
  toast = showToast;
  clearTimeout(timer);
  timer = setTimeout(placeButton, DELAY_MS);
}

button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", () => {
  const address = addressOf(getSelection());
  button.remove();
  if (address) share(address, toast);
});

function placeButton() {
  const beside = [...document.querySelectorAll("body > .respond")].filter((one) => one !== button).at(-1);
  if (!beside || !addressOf(getSelection())) return button.remove();
  document.body.append(button);
  const left = beside.offsetLeft + beside.offsetWidth + 8;
  const fits = left + button.offsetWidth < innerWidth - 8;
  button.style.top = fits ? beside.style.top : `${beside.offsetTop + beside.offsetHeight + 8}px`;
  button.style.left = fits ? `${left}px` : beside.style.left;
}

// Without a selection there is nothing to share.
document.addEventListener("selectionchange", () => getSelection().isCollapsed && button.remove());

/** Return the address of the selected words: a text fragment, and the passage for browsers without text fragments. */
function addressOf(selection) {
  const words = String(selection).split(/\s+/).filter(Boolean);
  const passage = selection.rangeCount && selection.getRangeAt(0).startContainer.parentElement?.closest(".passage");
  if (!passage || words.length === 0) return;
  const page = document.querySelector("link[rel=canonical]").href;
  const parts = words.length > 3 * EDGE_WORDS ? [words.slice(0, EDGE_WORDS), words.slice(-EDGE_WORDS)] : [words];
  return `${page}#${passage.id}:~:text=${parts.map((some) => encoded(some.join(" "))).join(",")}`;
}

const encoded = (text) => encodeURIComponent(text).replace(/-/g, "%2D");

function linkTo(address) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = address;
  return link;
}
