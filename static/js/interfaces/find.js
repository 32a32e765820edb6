// "/" focuses the search field, or opens the search page on screens without the field; Escape returns the focus. On a
// comment that a search found, "n" and "N" go to the next and the previous result.
const STEPS = { n: "next", N: "prev" };
let before = null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = document.querySelector("main input[type=search], .masthead input[type=search]");
  if (event.key === "Escape" && event.target === field) return leave(field);
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  if (STEPS[event.key]) document.querySelector(`nav.strip [rel=${STEPS[event.key]}]`)?.click();
  if (event.key !== "/") return;
  event.preventDefault();
  before = document.activeElement;
  field.dataset.from = scrollY;
  if (field.checkVisibility()) field.select();
  else document.querySelector(".to-search").click();
});

function leave(field) {
  field.blur();
  if (before?.isConnected) before.focus({ preventScroll: true });
  if (field.dataset.from) scrollTo(0, field.dataset.from);
}
