// Whom an @ may mean: the members whose names begin so, below the field; choosing one writes the name.
// A file of its own, loaded with the first @ (drafts.js); htmx and the field are there by then.
const { htmx } = window;
const { thread = "" } = document.querySelector("main").dataset;

const BEGUN = /(?<![^\s(])@([^\s@]{1,30})$/;
let pause;

const begun = (field) => BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1];
const boxOf = (field) => field.parentElement?.querySelector(":scope > .names");
const fieldOf = (box) => box.parentElement.elements.body;

document.addEventListener("input", ({ target }) => offer(target));
offer(document.activeElement);

function offer(target) {
  const box = boxOf(target);
  if (!box) return;
  clearTimeout(pause);
  const name = begun(target);
  if (name) pause = setTimeout(() => htmx.ajax("GET", `/names?${new URLSearchParams({ begin: name, thread })}`, { source: box, target: box, swap: "innerHTML" }), 150);
  else box.replaceChildren();
}

// An answer that comes late never replaces the name that is about to be chosen, nor offers names where none is begun any more.
document.addEventListener("htmx:before:swap", (event) => {
  const box = event.target;
  if (box.matches?.(".names") && (box.matches(":focus-within, :active") || !begun(fieldOf(box)))) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  const box = target.closest?.(".names");
  const field = box && fieldOf(box);
  const name = field && target.value && begun(field);
  if (!name) return;
  const at = field.selectionStart;
  field.setRangeText(`${target.value} `, at - name.length, at, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
