// Keyboard shortcuts for answering statements, off while typing. Each clicks a button.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
  if (event.target.closest("input:not([type=hidden]), textarea, select, dialog, [contenteditable]")) return;
  const button = document.querySelector(`#answer [data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
