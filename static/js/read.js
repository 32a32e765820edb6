// On request the branches without anything new collapse away; nothing of it is remembered.
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-collapse-read]")) return;
  for (const read of document.querySelectorAll("#comments .replies[open]:not(:has(.is-new))")) read.open = false;
});
