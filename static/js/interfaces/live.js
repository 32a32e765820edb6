// The live stream of the thread, or the one that `data-stream` names. The browser reconnects by itself after a break; after
// an error on which it gives up, such as a refused first connection, we retry. A hidden page has no stream.
import htmx from "../platform/htmx.js";
import { lang, showToast, thread } from "../platform/page.js";
import { sentence } from "../platform/sentences.js";

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
const OFFLINE_AFTER_MS = 5_000; // shorter breaks are not shown

const element = document.getElementById("live");
let source;
export let last = element?.dataset.last;
let attempts = 0;
let retryTimer;
let offlineTimer;

if (element) {
  document.addEventListener("visibilitychange", () => (document.hidden ? source.close() : connect()));
  addEventListener("offline", () => setOffline(true));
  addEventListener("online", () => setOffline(false));
  connect();
}

function connect() {
  clearTimeout(retryTimer);
  source?.close();
  source = new EventSource(`${element.dataset.stream ?? `/t/${thread}/live?last=${last}`}&lang=${lang}`);
  source.onopen = onOpen;
  source.onerror = onError;
  source.onmessage = ({ data, lastEventId }) => {
    last = lastEventId || last;
    htmx.swap({ sourceElement: element, target: element, swap: "none", text: data });
  };
  source.addEventListener("resync", () => showToast(sentence("resync")));
}

function onOpen() {
  attempts = 0;
  clearTimeout(offlineTimer);
  offlineTimer = undefined;
  setOffline(false);
}

function onError() {
  offlineTimer ??= setTimeout(() => setOffline(true), OFFLINE_AFTER_MS);
  if (source.readyState !== EventSource.CLOSED) return;
  const wait = Math.min(FIRST_RETRY_MS * 2 ** attempts++, MAX_RETRY_MS) * (0.7 + Math.random() * 0.6);
  clearTimeout(retryTimer);
  retryTimer = setTimeout(() => document.hidden || connect(), wait);
}

function setOffline(isOffline) {
  const banner = document.querySelector(".offline");
  if (banner) banner.hidden = !isOffline;
}
