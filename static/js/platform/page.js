// What several modules need: data of the page, notices to the reader, local storage, and media queries.
export const { viewer = "", muted } = document.body.dataset;
export const { thread, seq } = document.querySelector("main")?.dataset ?? {};

export const { lang } = document.documentElement;
/** The headers of a request whose answer goes into this page, also if its reader switched the language elsewhere. */
export const FOR_PAGE = { "HX-Request": "true", "Page-Language": lang };

export const discussion = () => document.getElementById("discussion");

/** Scroll the discussion, never the page beside it, so that `element` stands below the tabs. */
export function scrollDiscussionTo(element, behavior) {
  const barBottom = discussion().getBoundingClientRect().top + discussion().querySelector(".talk-bar").offsetHeight;
  discussion().scrollBy({ top: element.getBoundingClientRect().top - barBottom - 12, behavior });
}

/** Whether a click has no modifier key and has not been handled yet. */
export const isPlainClick = (event) => !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey);

const toast = document.getElementById("toast");
let toastTimer;

/** Show a sentence, and a link if there is one, for eight seconds at the bottom of the page. Screen readers read it out. */
export function showToast(text, link) {
  toast.replaceChildren(createNotice(text, link));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.replaceChildren(), 8000);
}

function createNotice(text, link) {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.textContent = text;
  if (link) notice.append(" ", link);
  return notice;
}

// A notice is placed in the form that was sent, or below the controls of the comment or the link.
const noticePlace = (source) =>
  source.closest(".comment-score, .comment-actions")?.parentElement.querySelector(":scope > .comment-actions") ?? source.closest("form") ?? source;
const noticesAt = (place) => (place.matches("form") ? place.querySelectorAll(":scope > .told") : [place.nextElementSibling].filter((one) => one?.matches(".told")));

/** Show a sentence beside `source` until it is used again, or at the bottom of the page if it would not be visible there. */
export function showNotice(source, text, link) {
  clearNotice(source);
  const notice = createNotice(text, link);
  notice.classList.add("told");
  notice.setAttribute("role", "alert");
  const place = noticePlace(source);
  if (place.matches("form")) place.append(notice);
  else place.after(notice);
  if (notice.checkVisibility()) return;
  notice.remove();
  showToast(text, link);
}

// A notice below a comment covers what stands there (comment.css): the next click takes it away.
document.addEventListener("click", ({ target }) => target.closest?.(".told") || document.querySelector(".comment > .told")?.remove(), true);

export function clearNotice(source) {
  noticesAt(noticePlace(source)).forEach((notice) => notice.remove());
}

const announcer = document.getElementById("announcer");
const BETWEEN_MS = 10_000;
let pending = "";
let isIdle = true;

/** Announce a sentence to screen readers only, at most every ten seconds. A newer sentence replaces one that waits. */
export function announce(text) {
  pending = text;
  if (isIdle) announceNext();
}

function announceNext() {
  isIdle = !pending;
  if (isIdle) return;
  announcer.textContent = pending;
  pending = "";
  setTimeout(announceNext, BETWEEN_MS);
}

export function saveLocally(key, value) {
  try {
    if (value == null) localStorage.removeItem(`parley:${key}`);
    else localStorage.setItem(`parley:${key}`, value);
  } catch {
    // Storage is full or blocked: the page works without it.
  }
}

/** The rest of the keys under which something is saved that begin with `start`. */
export function savedKeys(start) {
  try {
    const begin = `parley:${start}`;
    return Object.keys(localStorage).filter((key) => key.startsWith(begin)).map((key) => key.slice(begin.length));
  } catch {
    return [];
  }
}

export function readLocally(key) {
  try {
    return localStorage.getItem(`parley:${key}`);
  } catch {
    return null;
  }
}

export const prefersReducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const narrowScreen = matchMedia("(max-width: 1023px)");
export const isNarrow = () => narrowScreen.matches;
