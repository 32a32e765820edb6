// Passkeys (W3C Web Authentication): a form with `data-passkey` is sent with what an authenticator signed. Where the
// browser knows no passkeys, a form that needs one is hidden. It is a file of its own, since few pages load it.
const Passkey = globalThis.PublicKeyCredential;
const readers = { get: "parseRequestOptionsFromJSON", create: "parseCreationOptionsFromJSON" };
// The server accepts a challenge for five minutes (people/second_factors/passkeys.py).
const RENEWED = 4 * 60_000;
// A browser allows one request at a time.
let asking;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !Passkey?.[readers[form.dataset.passkey]];
  if (form.hidden) continue;
  document.querySelector("[data-no-passkey]")?.remove();
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    answer(form, event.submitter);
  });
  if ("offered" in form.dataset) offer(form);
  if (form.dataset.unknown) forget(form.dataset.unknown);
}

async function answer(form, button, how) {
  say(form, null);
  try {
    send(form, await ask(form, button, how));
  } catch (error) {
    if (how || error.name === "AbortError") return;
    say(form, error.name);
    offer(form);
  }
}

/** Show the message about an error of this name, or that about all others; none for `null`. */
function say(form, name) {
  const messages = [...form.querySelectorAll("[data-failed]")];
  const said = messages.find((message) => message.dataset.failed === name) ?? messages[0];
  for (const message of messages) message.hidden = name === null || message !== said;
}

async function ask(form, button, how) {
  const { passkey } = form.dataset;
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const response = await fetch(button?.dataset.options ?? form.dataset.options, { method: "POST", signal });
  const publicKey = Passkey[readers[passkey]](await response.json());
  return navigator.credentials[passkey]({ publicKey, signal, ...how });
}

function send(form, credential) {
  form.elements.credential.value = JSON.stringify(credential);
  form.requestSubmit();
}

/**
 * Have the browser offer passkeys among what it fills into the field of the name, where it can; but not again on the page
 * that says why one was refused.
 */
async function offer(form) {
  if (!("offered" in form.dataset) || location.pathname === form.getAttribute("action").split("?")[0]) return;
  const able = await Passkey.getClientCapabilities?.();
  if (!able?.conditionalGet) return;
  answer(form, null, { mediation: "conditional" });
  const offered = asking;
  setTimeout(() => asking === offered && offer(form), RENEWED);
}

/** Tell the browser that the server no longer knows this passkey, so that it stops offering it. */
function forget(credentialId) {
  Passkey.signalUnknownCredential?.({ rpId: location.hostname, credentialId }).catch(() => {});
}
