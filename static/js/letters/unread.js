// Marks comments that are new since the last visit: the server does it for members, this module for visitors, whose visits
// are stored on their device only. A return within half an hour continues the visit.
import htmx from "../platform/htmx.js";
import { readLocally, saveLocally, thread, viewer } from "../platform/page.js";

const SAME_VISIT_MS = 30 * 60_000;
const key = `seen:${thread}`;

if (thread && !viewer) markForVisitor();

// The link to new comments elsewhere skips those that were shown during this visit.
const shown = new Set(sessionStorage.getItem(key)?.split(" "));

htmx.onLoad(() => {
  const link = document.querySelector("[data-unread]");
  const next = link?.dataset.unread.split(" ").find((id) => !shown.has(id));
  if (next) link.href = `?focus=${next}#c${next}`;
  else link?.remove();
});

document.addEventListener(
  "click",
  ({ target }) => {
    if (!target.closest?.("[data-unread]")) return;
    for (const { id } of document.querySelectorAll(".comment.is-new")) shown.add(id.slice(1));
    sessionStorage.setItem(key, [...shown].join(" "));
  },
  true,
);

function onLeave(act) {
  document.addEventListener("visibilitychange", () => document.hidden && act());
}

function markForVisitor() {
  const saved = JSON.parse(readLocally(key) ?? "null");
  const since = saved && (Date.now() - saved.at < SAME_VISIT_MS ? saved.since : saved.at);
  onLeave(() => saveLocally(key, JSON.stringify({ at: Date.now(), since })));
  if (since) htmx.onLoad((added) => markAfter(since, added));
}

function markAfter(since, root) {
  for (const time of root.querySelectorAll(".comment > .comment-head time"))
    if (Date.parse(time.dateTime) > since) time.closest(".comment").classList.add("is-new");
}
