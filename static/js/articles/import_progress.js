// The page of an import polls its progress. If a request fails, it says so, and tries again after longer and longer waits.
import { errorText } from "../platform/responses.js";
import htmx from "../platform/htmx.js";

const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 30_000;
const isTemporary = (status) => status >= 500 || status === 429;

htmx.registerExtension("progress", {
  htmx_after_request(source, { ctx }) {
    const { status } = ctx.response;
    if (source.id !== "progress" || status < 400) return;
    if (isTemporary(status)) retryLater(source);
    else setStatus(source, errorText(ctx.text) || source.dataset.lost);
    return false;
  },
  htmx_error(source, { ctx }) {
    if (source.id === "progress" && ctx) retryLater(source);
  },
});

function retryLater(source) {
  const attempts = Number(source.dataset.tries ?? 0);
  source.dataset.tries = attempts + 1;
  setStatus(source, source.dataset.lost);
  setTimeout(() => source.isConnected && htmx.trigger(source, "retry"), Math.min(FIRST_RETRY_MS * 2 ** attempts, MAX_RETRY_MS));
}

function setStatus(source, text) {
  const line = source.querySelector("[role=status]");
  if (line.textContent !== text) line.textContent = text;
}
