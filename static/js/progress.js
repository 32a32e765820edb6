// The page of an import asks how far it is. When no answer comes it says so and asks again, later and later.
import { words } from "./answers.js";
import htmx from "./htmx.js";

const FIRST = 2_000;
const LONGEST = 30_000;
const passes = (status) => status >= 500 || status === 429;

htmx.registerExtension("progress", {
  htmx_after_request(source, { ctx }) {
    const { status } = ctx.response;
    if (source.id !== "progress" || status < 400) return;
    if (passes(status)) askLater(source);
    else tell(source, words(ctx.text) || source.dataset.lost);
    return false;
  },
  htmx_error(source, { ctx }) {
    if (source.id === "progress" && ctx) askLater(source);
  },
});

function askLater(source) {
  const tries = Number(source.dataset.tries ?? 0);
  source.dataset.tries = tries + 1;
  tell(source, source.dataset.lost);
  setTimeout(() => source.isConnected && htmx.trigger(source, "retry"), Math.min(FIRST * 2 ** tries, LONGEST));
}

function tell(source, text) {
  const line = source.querySelector("[role=status]");
  if (line.textContent !== text) line.textContent = text;
}
