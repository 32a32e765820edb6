// What was written since the last visit is marked. A return within half an hour is the same visit.
import htmx from "./htmx.js";
import { recall, remember, thread, viewer } from "./page.js";

const SAME_VISIT = 30 * 60_000;

if (thread) {
  const key = `seen:${thread}`;
  const saved = JSON.parse(recall(key) ?? "null");
  const since = saved && (Date.now() - saved.at < SAME_VISIT ? saved.since : saved.at);
  const mark = (root) => {
    for (const time of root.querySelectorAll(".comment-head > time")) {
      const comment = time.closest(".comment");
      if (comment && since && Date.parse(time.dateTime) > since && comment.dataset.author !== viewer) comment.classList.add("is-new");
    }
  };
  htmx.onLoad(mark);
  addEventListener("pagehide", () => remember(key, JSON.stringify({ at: Date.now(), since })));
}
