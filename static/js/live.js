// The stream of the thread. hx-sse resumes a broken stream by itself and pauses in hidden tabs;
// what it does not do is retry a first connection that failed, so that is done here.
import htmx from "./htmx.js";
import { say, thread } from "./page.js";

const FIRST = 1_000;
const LONGEST = 60_000;
const PATIENCE = 3_000; // a break shorter than this is not worth a word

const stream = document.getElementById("live");
let tries = 0;
let worry;

if (thread && stream) {
  stream.addEventListener("htmx:sse:after:connection", connected);
  stream.addEventListener("htmx:sse:error", broken);
  stream.addEventListener("htmx:finally:request", () => isOpen() || retry());
  stream.addEventListener("htmx:sse:close", ({ detail }) => detail.reason === "removed" || retry());
  stream.addEventListener("resync", () => say("A lot happened while you were away. Load the page again to see all of it."));
  addEventListener("offline", () => offline(true));
  addEventListener("online", () => offline(false));
}

const isOpen = () => Boolean(stream._htmx?.sse);

function connected() {
  tries = 0;
  clearTimeout(worry);
  worry = undefined;
  offline(false);
}

function broken() {
  worry ??= setTimeout(() => offline(true), PATIENCE);
}

function retry() {
  broken();
  const wait = Math.min(FIRST * 2 ** tries++, LONGEST) * (0.7 + Math.random() * 0.6);
  setTimeout(() => isOpen() || htmx.trigger(stream, "reconnect"), wait);
}

function offline(yes) {
  const banner = document.querySelector(".offline");
  if (banner) banner.hidden = !yes;
}
