// What a reader chose is sent at once and kept by the server; the page shows it without being loaded again.

const shown = document.documentElement.dataset;
// Each choice contains those before it: they are sent one after the other.
let sent = Promise.resolve();

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[action='/reading']")) return;
  event.preventDefault();
  const body = new URLSearchParams([[submitter.name, submitter.value]]);
  sent = sent.then(() => fetch(form.action, { method: "POST", body, redirect: "manual" })).catch(() => {});
  if (form.matches(".legend")) return form.remove();
  shown[submitter.name] = submitter.value;
  for (const button of form.querySelectorAll("button")) button.ariaCurrent = button === submitter ? "true" : null;
});
