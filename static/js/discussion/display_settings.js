// Sends a changed display setting to the server, and applies it without loading the page again.

const settings = document.documentElement.dataset;
// The server stores all settings in one cookie, so requests are sent one after the other.
let lastRequest = Promise.resolve();

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[action='/reading']")) return;
  event.preventDefault();
  const body = new URLSearchParams([[submitter.name, submitter.value]]);
  // Kept alive: whoever chooses and leaves the page at once has chosen all the same.
  const send = () => fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
  lastRequest = lastRequest.then(send).catch(() => {});
  if (form.matches(".legend")) return form.remove();
  settings[submitter.name] = submitter.value;
  for (const button of form.querySelectorAll("button")) button.ariaCurrent = button === submitter ? "true" : null;
});
