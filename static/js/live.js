// The stream of the thread, or of what else `data-stream` names. The browser resumes it after a break by itself, where it was; what it gives up on, a first
// connection for one, is tried again here. While nobody looks at the page it rests.
import htmx from "./htmx.js";
import { say, thread } from "./page.js";
import { sentence } from "./sentences.js";

const FIRST = 1_000;
const LONGEST = 60_000;
const PATIENCE = 5_000; // a break shorter than this is not worth a word

const place = document.getElementById("live");
let source;
export let last = place?.dataset.last;
let tries = 0;
let again;
let worry;

if (place) {
  document.addEventListener("visibilitychange", () => (document.hidden ? source.close() : connect()));
  addEventListener("offline", () => offline(true));
  addEventListener("online", () => offline(false));
  connect();
}

function connect() {
  clearTimeout(again);
  source?.close();
  source = new EventSource(place.dataset.stream ?? `/t/${thread}/live?last=${last}`);
  source.onopen = connected;
  source.onerror = broken;
  source.onmessage = ({ data, lastEventId }) => {
    last = lastEventId || last;
    htmx.swap({ sourceElement: place, target: place, swap: "none", text: data });
  };
  source.addEventListener("resync", () => say(sentence("resync")));
}

function connected() {
  tries = 0;
  clearTimeout(worry);
  worry = undefined;
  offline(false);
}

function broken() {
  worry ??= setTimeout(() => offline(true), PATIENCE);
  if (source.readyState !== EventSource.CLOSED) return;
  const wait = Math.min(FIRST * 2 ** tries++, LONGEST) * (0.7 + Math.random() * 0.6);
  clearTimeout(again);
  again = setTimeout(() => document.hidden || connect(), wait);
}

function offline(yes) {
  const banner = document.querySelector(".offline");
  if (banner) banner.hidden = !yes;
}
