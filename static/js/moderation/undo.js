// Counts down the seconds in which a decision can be undone, then removes the button.
const place = document.getElementById("undo");

function tick() {
  const form = place.querySelector("form");
  if (!form) return;
  form.dataset.left -= 1;
  form.querySelector("[data-countdown]").textContent = form.dataset.left;
  if (form.dataset.left <= 0) form.remove();
}

if (place) setInterval(tick, 1000);
