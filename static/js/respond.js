// Select words in the article, and a button offers to answer exactly them.
import { calm, narrow } from "./page.js";
import { anchor, compose as form } from "./compose.js";

const button = document.createElement("button");
button.type = "button";
button.className = "respond";
button.textContent = "Respond to this";
let chosen = null;
let pause;

document.addEventListener("selectionchange", () => {
  clearTimeout(pause);
  pause = setTimeout(offer, 180);
});
button.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the selection
button.addEventListener("click", answer);

function offer() {
  const selection = getSelection();
  const passage = selection.rangeCount && selection.getRangeAt(0).startContainer.parentElement?.closest(".passages .passage");
  const quote = selection.toString().replace(/\s+/g, " ").trim();
  if (!form() || !passage || passage.closest(".is-preview") || quote.length < 2) return button.remove();
  chosen = { quote, passage: passage.id.slice(1) };
  const box = selection.getRangeAt(0).getBoundingClientRect();
  document.body.append(button);
  button.style.top = `${box.bottom + scrollY + 8}px`;
  button.style.left = `${Math.max(8, Math.min(box.left + scrollX, innerWidth - button.offsetWidth - 8))}px`;
}

function answer() {
  const { quote, passage } = chosen;
  button.remove();
  const write = form();
  anchor(passage, quote);
  write.closest("details").open = true;
  const talk = document.getElementById("discussion");
  if (narrow()) talk.classList.add("is-sheet");
  talk.scrollTo?.({ top: 0, behavior: calm() ? "auto" : "smooth" });
  write.elements.body.focus({ preventScroll: !narrow() });
  getSelection().removeAllRanges();
}
