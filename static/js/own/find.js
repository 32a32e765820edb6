// "/" goes to the search field of the masthead, or to its page where the field has no room; Escape goes back.
let before = null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = document.querySelector("main input[type=search], .masthead input[type=search]");
  if (event.key === "Escape" && event.target === field) return leave(field);
  if (event.key !== "/" || event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  event.preventDefault();
  before = document.activeElement;
  if (field.checkVisibility()) field.select();
  else document.querySelector(".to-search").click();
});

function leave(field) {
  field.blur();
  if (before?.isConnected) before.focus({ preventScroll: true });
}
