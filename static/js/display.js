// What a reader chose is sent at once and kept by the server's cookie; the page shows it without being loaded again.

const shown = document.documentElement.dataset;

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[action='/reading']")) return;
  event.preventDefault();
  fetch(form.action, { method: "POST", body: new URLSearchParams([[submitter.name, submitter.value]]), redirect: "manual" });
  if (form.matches(".legend")) return form.remove();
  shown[submitter.name] = submitter.value;
  for (const button of form.querySelectorAll("button")) button.ariaCurrent = button === submitter ? "true" : null;
});
