// The panel in a publisher's page, and the window in which readers sign in. All works without it, but for signing in.
import "./forms.js";
import { keepTexts, otherText, quoteIn, restoreTexts, reveal } from "./kept_texts.js";
import { adoptLook } from "./look.js";
import { follow, unfollow } from "./updates.js";
import { onShown, visit } from "./visiting.js";

const { origins = "", code, state: asked } = document.body.dataset;
const allowed = origins.split(" ");
const inFrame = parent !== window;
const WAIT_MS = 2_000;
let publisher = null;
let mayClose = false;

const send = (what, value) => publisher && parent.postMessage({ parley: what, value }, publisher);
const responseForm = () => document.querySelector(".embed-respond form");

// The publisher's page sends "hello" after each load: only then is its origin known.
function receive({ source, origin, data }) {
  if (source !== parent || !allowed.includes(origin) || typeof data?.parley !== "string") return;
  publisher = origin;
  const { parley: what, value } = data;
  if (what === "hello") {
    mayClose = Boolean(value);
    shown();
  } else if (what === "look") adoptLook(value);
  else if (what === "seen") (value ? follow : unfollow)();
  else if (what === "passage") go(typeof value === "object" && value ? value : { lineage: value });
}

function shown() {
  for (const one of document.querySelectorAll("[data-close]")) one.hidden = !mayClose;
  const { count } = document.body.dataset;
  if (count) send("count", Number(count));
  if (document.querySelector("[data-waiting]")) setTimeout(() => visit(location.href), WAIT_MS);
}

async function go({ lineage, responds, quote, prefix }) {
  const there = new URL(location.href);
  if (!there.pathname.startsWith("/embed/t/")) return;
  there.hash = "";
  for (const name of ["focus", "see", "passage"]) there.searchParams.delete(name);
  if (Number.isSafeInteger(lineage)) there.searchParams.set("passage", lineage);
  if (there.search !== location.search) await visit(there.href);
  if (responds) write(String(quote ?? ""), String(prefix ?? ""));
}

function write(quote, prefix) {
  const form = responseForm();
  if (!form) return;
  if (quote) quoteIn(form, quote, prefix);
  reveal(form);
  form.elements.body.focus();
}

function onClick({ target }) {
  if (target.closest("[data-close]")) send("close");
  const place = target.closest("[data-show]");
  if (place) send("show", Number(place.dataset.show));
  if (target.closest("[data-unquote]")) quoteIn(target.closest("form"));
  const opening = target.closest("summary")?.parentElement;
  // The click opens it afterwards.
  if (opening && !opening.open) setTimeout(() => opening.querySelector("textarea")?.focus());
  if (target.closest("[data-draft-back]")) visit(otherText().url);
  if (target.closest("[data-draft-here]")) {
    otherText().moveTo(responseForm());
    target.closest("[data-draft]").hidden = true;
    responseForm().elements.body.focus();
  }
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

if (asked) handOver();
else {
  if (inFrame) {
    adoptLook(window.name);
    addEventListener("message", receive);
    addEventListener("keydown", ({ key }) => key === "Escape" && send("close"));
  }
  document.addEventListener("click", onClick);
  addEventListener("pagehide", keepTexts);
  onShown(shown);
  restoreTexts();
  if (!inFrame) shown();
}
