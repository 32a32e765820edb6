// On the page of unread comments, a comment counts as read once its end has been visible for a second. Read comments are
// reported by thread, in the order in which they were read.
const PAUSE = 1000;
const BETWEEN = 5000;
const read = new Map();

const watched = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    clearTimeout(target.timer);
    if (isIntersecting) target.timer = setTimeout(() => mark(target), PAUSE);
  }
});

function mark(end) {
  if (document.hidden) return;
  watched.unobserve(end);
  const { unreadThread } = end.closest("[data-unread-thread]").dataset;
  read.set(unreadThread, [...(read.get(unreadThread) ?? []), end.closest(".comment").id.slice(1)]);
}

function send() {
  for (const [thread, shown] of read)
    fetch("/unread/read", { method: "POST", body: new URLSearchParams({ thread, shown }), keepalive: true, headers: { "HX-Request": "true" } });
  read.clear();
}

for (const end of document.querySelectorAll("[data-unread-thread] > .comment > .comment-actions")) watched.observe(end);
setInterval(send, BETWEEN);
document.addEventListener("visibilitychange", () => document.hidden && send());
addEventListener("pagehide", send);
