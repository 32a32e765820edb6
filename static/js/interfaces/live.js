// The live stream of the thread, or the one that `data-stream` names. The browser reconnects by itself after a break; after
// an error on which it gives up, such as a refused first connection, we retry. A hidden page has no stream.
import htmx from "../platform/htmx.js";
import { discussion, lang, showToast, thread } from "../platform/page.js";
import { sentence } from "../platform/sentences.js";

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
const OFFLINE_AFTER_MS = 5_000; // shorter breaks are not shown

const element = document.getElementById("live");
let source;
let reads;
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

/** Comments arrive folded while the discussion folds what is in other languages. */
export function followFilter() {
  if (source && reads !== discussion().dataset.reads) connect();
}

function connect() {
  clearTimeout(retryTimer);
  source?.close();
  reads = discussion()?.dataset.reads;
  const address = element.dataset.stream ?? `/t/${thread}/live?last=${last}${reads ? "&reads=1" : ""}`;
  source = new EventSource(`${address}&lang=${lang}`);
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
