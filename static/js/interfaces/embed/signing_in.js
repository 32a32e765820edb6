// Signing in from the frame, in a window of our own: no third-party cookie is needed, and the publisher learns nothing.
const { site } = document.body.dataset;
const session = `/embed/session?${new URLSearchParams({ site })}`;
const encoded = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = (size) => encoded(crypto.getRandomValues(new Uint8Array(size)));

// Only secure pages have `subtle`. On others the links lead to our own site.
const verifier = crypto.subtle && random(32);
const state = verifier && random(16);
const hash = verifier && crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
let challenge;
let opened;
let afterwards;

hash?.then((bytes) => (challenge = encoded(new Uint8Array(bytes))));

// Open the window, and call `then` once the reader is signed in. False where that is not possible.
export function signIn(then) {
  if (!challenge) return false;
  afterwards = then;
  opened = open(`/embed/login?${new URLSearchParams({ site, challenge, state })}`, "parley-sign-in", "popup,width=480,height=640");
  return Boolean(opened);
}

addEventListener("message", async ({ source, origin, data }) => {
  if (origin !== location.origin || !opened || source !== opened || data?.state !== state) return;
  const fields = new URLSearchParams({ code: String(data.code), verifier });
  const answer = await fetch(session, { method: "POST", body: fields });
  // Whether the browser kept the cookie.
  if (answer.ok && (await fetch(session)).ok) afterwards();
  else for (const one of document.querySelectorAll("[data-sign-in-failed]")) one.hidden = false;
});
