// What was written since the last visit is marked: by the server for members, here for visitors,
// whose visits only their own device knows. A return within half an hour is the same visit.
import htmx from "./htmx.js";
import { last } from "./live.js";
import { recall, remember, seq, thread, viewer } from "./page.js";
import { reading } from "./passages.js";

const SAME_VISIT = 30 * 60_000;
const key = `seen:${thread}`;

if (thread && viewer) keepPlace();
else if (thread) markForVisitor();

// The link to what is new elsewhere leads to no comment that this visit was shown before.
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

// At once too: the browser asks for the next page, which counts what is unread, before it leaves this one.
function keepPlace() {
  if (!document.hidden) seen();
  document.addEventListener("visibilitychange", seen);
}

// Whoever did not leave the top keeps the place of the last time. Read is what stands on the page: what waits to be
// opened is not, and with it nothing that came since the page was made.
function seen() {
  const comments = [...document.querySelectorAll(".comment:not(.waiting > *)")];
  const waits = document.querySelector(".waiting > *");
  navigator.sendBeacon(
    `/t/${thread}/seen`,
    new URLSearchParams({
      passage: scrollY > innerHeight / 2 ? reading : "",
      shown: comments.map(({ id }) => id.slice(1)),
      seq: (!waits && last) || seq,
    }),
  );
}

function onLeave(act) {
  document.addEventListener("visibilitychange", () => document.hidden && act());
}

function markForVisitor() {
  const saved = JSON.parse(recall(key) ?? "null");
  const since = saved && (Date.now() - saved.at < SAME_VISIT ? saved.since : saved.at);
  onLeave(() => remember(key, JSON.stringify({ at: Date.now(), since })));
  if (since) htmx.onLoad((added) => markAfter(since, added));
}

function markAfter(since, root) {
  for (const time of root.querySelectorAll(".comment > .comment-head time"))
    if (Date.parse(time.dateTime) > since) time.closest(".comment").classList.add("is-new");
}
