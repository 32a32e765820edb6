// Follows the thread while the panel is seen. Nothing that one reads moves: scores and texts change in their places, and
// new comments wait until the reader asks for them.
import { onShown, request, show } from "./visiting.js";

// What others wrote is waited for a little, so that not all readers ask in the same moment.
const SOON_MS = 400;
const LATER_MS = 3_000;
const RETRY_MS = 60_000;
const PARTS = [".comment-head", ".quote", ".comment-body", ".embed-tools"];

let source;
let timer;
let due = Infinity;
let isSeen = true;
const changed = new Set(); // comments whose words an event replaced

export function follow() {
  isSeen = true;
  connect();
}

export function unfollow() {
  isSeen = false;
  source?.close();
  source = undefined;
}

function connect() {
  const { thread, seq } = document.querySelector("main").dataset;
  if (source || !thread || !isSeen || document.hidden) return;
  source = new EventSource(`/t/${thread}/live?last=${seq}`);
  source.onmessage = ({ data }) => {
    const ids = [...data.matchAll(/hx-target="#(c\d+)-body"/g)].map(([, id]) => id);
    ids.forEach((id) => changed.add(id));
    if (ids.some((id) => document.getElementById(id)) || data.includes("#restricted")) refresh(SOON_MS);
    else if (data.includes("<article") || data.includes("-score") || data.includes("#thesis") || data.includes("#thread-state")) refresh(LATER_MS);
  };
  source.addEventListener("resync", () => refresh(LATER_MS));
  source.onerror = () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    source = undefined;
    setTimeout(connect, RETRY_MS);
  };
}

function refresh(wait) {
  const at = performance.now() + wait * (0.5 + Math.random() / 2);
  if (at >= due) return;
  due = at;
  clearTimeout(timer);
  timer = setTimeout(update, at - performance.now());
}

async function update() {
  due = Infinity;
  // What changes from here on may not be in the answer yet.
  const awaited = new Set(changed);
  const { href } = location;
  const page = await request(href);
  // The reader went on meanwhile.
  if (!page || page.refused || href !== location.href) return;
  for (const one of document.querySelectorAll(".embed-comments > .comment")) renew(one, page.doc.getElementById(one.id), awaited);
  for (const selector of ["[data-number]", ".thesis", ".dispute", ".embed-passage"]) replace(document, page.doc, selector);
  awaited.forEach((id) => changed.delete(id));
  offer(page);
}

function renew(shown, made, awaited) {
  // Removed, or edited and no longer among the best: its words go, and its place stays.
  if (!made && awaited.has(shown.id)) {
    shown.style.minBlockSize = `${shown.offsetHeight}px`;
    shown.replaceChildren();
  }
  // No longer among the best: it stays where it is read.
  if (!made) return;
  for (const selector of PARTS) replace(shown, made, selector);
}

function replace(old, made, selector) {
  const parts = made.querySelectorAll(selector);
  [...old.querySelectorAll(selector)].forEach((part, at) => {
    if (!parts[at]) part.remove();
    else if (part.outerHTML !== parts[at].outerHTML && !part.contains(document.activeElement)) part.replaceWith(parts[at].cloneNode(true));
  });
}

function offer(page) {
  const added = [...page.doc.querySelectorAll(".embed-comments > .comment")].filter((one) => !document.getElementById(one.id));
  const button = document.querySelector("[data-new]");
  if (!button || !added.length) return;
  button.hidden = false;
  button.onclick = () => {
    show(page, { y: scrollY });
    added.forEach(({ id }) => document.getElementById(id)?.classList.add("is-new"));
    document.getElementById(added[0].id)?.scrollIntoView({ block: "center" });
  };
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return connect();
  source?.close();
  source = undefined;
});
onShown(connect);
connect();
