// The panel in a publisher's page, and the window in which readers sign in. Everything but signing in works without it.
const { site, origins = "", code, state: asked, count } = document.body.dataset;
const allowed = origins.split(" ");
const inFrame = parent !== window;
let publisher = null;

const send = (message) => publisher && parent.postMessage({ parley: message[0], value: message[1] }, publisher);

// The publisher's page sends "hello" after each load: only then is its origin known.
function receive({ source, origin, data }) {
  if (source !== parent || !allowed.includes(origin) || typeof data?.parley !== "string") return;
  publisher = origin;
  if (data.parley === "hello") {
    for (const one of document.querySelectorAll("[data-close]")) one.hidden = !data.value;
    if (count) send(["count", Number(count)]);
  } else if (data.parley === "passage") go(Number.isSafeInteger(data.value) ? data.value : null);
}

function go(passage) {
  const there = new URL(location.href);
  if (!there.pathname.startsWith("/embed/t/")) return;
  there.hash = "";
  there.searchParams.delete("focus");
  if (passage) there.searchParams.set("passage", passage);
  else there.searchParams.delete("passage");
  // Stay on a page with an unsent comment.
  if (there.href !== location.href && ![...document.querySelectorAll("textarea")].some((one) => one.value.trim())) location.replace(there);
}

const encoded = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = (size) => encoded(crypto.getRandomValues(new Uint8Array(size)));

async function offerSignIn() {
  const links = document.querySelectorAll("[data-sign-in]");
  // Only secure pages have `subtle`. On others the links lead to our own site.
  if (!links.length || !crypto.subtle) return;
  const verifier = random(32);
  const state = random(16);
  const challenge = encoded(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  let opened = null;
  for (const link of links)
    link.addEventListener("click", (event) => {
      opened = open(`/embed/login?${new URLSearchParams({ site, challenge, state })}`, "parley-sign-in", "popup,width=480,height=640");
      if (opened) event.preventDefault();
    });
  addEventListener("message", async ({ source, origin, data }) => {
    if (origin !== location.origin || !opened || source !== opened || data?.state !== state) return;
    const fields = new URLSearchParams({ code: String(data.code), verifier });
    const answer = await fetch(`/embed/session?${new URLSearchParams({ site })}`, { method: "POST", body: fields });
    const stays = answer.ok && (await fetch(`/embed/session?${new URLSearchParams({ site })}`)).ok;
    if (stays) location.reload();
    else for (const one of document.querySelectorAll("[data-sign-in-failed]")) one.hidden = false;
  });
}

// Send the code to the frame that opened this window, and to no other.
function handOver() {
  document.querySelector("[data-cancel-window]")?.addEventListener("click", () => close());
  if (!code) return;
  if (!opener) {
    document.querySelector("[data-done]").hidden = true;
    document.querySelector("[data-lost]").hidden = false;
    return;
  }
  opener.postMessage({ code, state: asked }, location.origin);
  close();
}

if (inFrame) {
  addEventListener("message", receive);
  addEventListener("keydown", ({ key }) => key === "Escape" && send(["close"]));
  addEventListener("click", ({ target }) => {
    if (target.closest("[data-close]")) send(["close"]);
    const shown = target.closest("[data-show]");
    if (shown) send(["show", Number(shown.dataset.show)]);
  });
}
if (asked) handOver();
else offerSignIn();
