// Which new comments a member has read: of each, half or 200 px was in view for a second while somebody was at the page. A
// comment that is folded, cut or covered by something else is not in view. Opening a page marks none as read.

const READ_MS = 1_000;
const ENOUGH_PX = 200;
const CHECK_MS = 200;
const AWAY_MS = 60_000; // without a key, a click, a touch, a move or a scroll
const REPORT_MS = 5_000;

const { thread, seq } = document.querySelector("main").dataset;
const near = new Map(); // bodies that touch the viewport, and since when enough of each is in view
const read = new Map(); // comments that were read and are not reported yet, by thread
let lastActive = performance.now();

const approaching = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) near.set(target, undefined);
    else near.delete(target);
  }
});
// Observed anew at each check, so that it measures anew. What scrolls or clips above a comment is taken into account.
const measuring = new IntersectionObserver((entries) => {
  for (const { target, intersectionRect } of entries) measure(target, intersectionRect);
});

for (const body of document.querySelectorAll(".comment.is-new > .comment-body")) approaching.observe(body);
// Comments that come later have no mark. Of those that the reader writes, the server knows.
new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(watch))).observe(document.body, { childList: true, subtree: true });
for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchstart"]) addEventListener(kind, noteActivity, { passive: true, capture: true });
setInterval(check, CHECK_MS);
setInterval(() => read.size && report(), REPORT_MS);
document.addEventListener("visibilitychange", () => (noteActivity(), report()));
addEventListener("pagehide", () => read.size && report());
if (thread && !document.hidden) report();

function watch(added) {
  if (added.matches?.(".comment")) approaching.observe(added.querySelector(".comment-body"));
  for (const body of added.querySelectorAll?.(".comment > .comment-body") ?? []) approaching.observe(body);
}

function noteActivity() {
  lastActive = performance.now();
}

function check() {
  const isThere = !document.hidden && performance.now() - lastActive < AWAY_MS;
  for (const [body, since] of near) {
    if (!isThere) {
      if (since) near.set(body, undefined);
      continue;
    }
    measuring.unobserve(body);
    measuring.observe(body);
  }
}

function measure(body, inView) {
  if (!near.has(body)) return;
  const enough = Math.min(body.offsetHeight / 2, ENOUGH_PX);
  const isInView = inView.height > 0 && inView.height >= enough - 1 && !isCut(body) && !isCovered(body, inView);
  const since = isInView ? (near.get(body) ?? performance.now()) : undefined;
  near.set(body, since);
  if (since === undefined || performance.now() - since < READ_MS) return;
  near.delete(body);
  approaching.unobserve(body);
  const place = body.closest("[data-unread-thread]")?.dataset.unreadThread ?? thread;
  read.set(place, [...(read.get(place) ?? []), body.parentElement.id.slice(1)]);
}

const isCut = (body) => body.scrollHeight > body.clientHeight + 1 || Boolean(body.querySelector(":scope > details:not([open])"));

function isCovered(body, { left, top, width, height }) {
  const middle = document.elementFromPoint(left + width / 2, top + height / 2);
  return !middle || !body.parentElement.contains(middle);
}

// A thread's page also says which passage is being read, unless the reader stayed at the top.
function report() {
  const passage = scrollY > innerHeight / 2 && document.querySelector(".passage-row.is-read > .passage")?.id.slice(1);
  if (thread) send(thread, { passage: passage || "", seq });
  else for (const place of read.keys()) send(place, {});
  read.clear();
}

function send(place, more) {
  navigator.sendBeacon(`/t/${place}/seen`, new URLSearchParams({ ...more, read: read.get(place) ?? [] }));
}
