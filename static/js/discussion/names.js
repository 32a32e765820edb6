// Suggests members whose names begin with what is typed after an @. Loaded with the first @ (drafts.js), when htmx and the
// field exist.
const { htmx } = window;
const { thread = "" } = document.querySelector("main").dataset;

const MENTION = /(?<![^\s(])@([^\s@]{1,30})$/;
let timer;

const mentionAt = (field) => MENTION.exec(field.value.slice(0, field.selectionStart))?.[1];
const suggestionsOf = (field) => field.parentElement?.querySelector(":scope > .names");
const fieldOf = (box) => box.parentElement.elements.body;

document.addEventListener("input", ({ target }) => offer(target));
offer(document.activeElement);

function offer(target) {
  const box = suggestionsOf(target);
  if (!box) return;
  clearTimeout(timer);
  const name = mentionAt(target);
  if (name) timer = setTimeout(() => htmx.ajax("GET", `/names?${new URLSearchParams({ begin: name, thread })}`, { source: box, target: box, swap: "innerHTML" }), 150);
  else box.replaceChildren();
}

// Drop a late response if the reader is about to choose a name, or no longer types one.
document.addEventListener("htmx:before:swap", (event) => {
  const box = event.target;
  if (box.matches?.(".names") && (box.matches(":focus-within, :active") || !mentionAt(fieldOf(box)))) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  const box = target.closest?.(".names");
  const field = box && fieldOf(box);
  const name = field && target.value && mentionAt(field);
  if (!name) return;
  const caret = field.selectionStart;
  field.setRangeText(`${target.value} `, caret - name.length, caret, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
