// Collapses the branches without new comments on request. The choice is not stored.
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-collapse-read]")) return;
  for (const read of document.querySelectorAll("#comments .replies[open]:not(:has(.is-new))")) read.open = false;
});
