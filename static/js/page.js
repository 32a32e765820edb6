// What several modules ask of the page, and the two ways it speaks to its reader.
export const { viewer = "", muted } = document.body.dataset;
export const { thread, seq } = document.querySelector("main")?.dataset ?? {};

export const talk = () => document.getElementById("discussion");

/** Whether a click means what it says: not elsewhere, and nobody has acted on it. */
export const isPlain = (event) => !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey);

const toast = document.getElementById("toast");
let hideToast;

/** Show a sentence, and perhaps a link after it, for eight seconds, at the foot of the page, to eyes and to screen readers. */
export function say(text, link) {
  toast.replaceChildren(noteOf(text, link));
  clearTimeout(hideToast);
  hideToast = setTimeout(() => toast.replaceChildren(), 8000);
}

function noteOf(text, link) {
  const note = document.createElement("p");
  note.className = "notice";
  note.textContent = text;
  if (link) note.append(" ", link);
  return note;
}

// Below the form that was sent, the controls of the comment, or the link.
const spotOf = (source) =>
  source.closest(".comment-score, .comment-actions")?.parentElement.querySelector(":scope > .comment-actions") ?? source.closest("form") ?? source;
const notesAt = (spot) => (spot.matches("form") ? spot.querySelectorAll(":scope > .told") : [spot.nextElementSibling].filter((one) => one?.matches(".told")));

/** Show a sentence beside `source`, until it is used again; at the foot of the page where it could not be seen. */
export function tell(source, text, link) {
  hush(source);
  const note = noteOf(text, link);
  note.classList.add("told");
  note.setAttribute("role", "alert");
  const spot = spotOf(source);
  if (spot.matches("form")) spot.append(note);
  else spot.after(note);
  if (note.checkVisibility()) return;
  note.remove();
  say(text, link);
}

export function hush(source) {
  notesAt(spotOf(source)).forEach((note) => note.remove());
}

const announcer = document.getElementById("announcer");
const PAUSE = 10_000;
let waiting = "";
let quiet = true;

/** Tell screen readers only, politely, at most every ten seconds; the newest sentence wins. */
export function announce(text) {
  waiting = text;
  if (quiet) speak();
}

function speak() {
  quiet = !waiting;
  if (quiet) return;
  announcer.textContent = waiting;
  waiting = "";
  setTimeout(speak, PAUSE);
}

export function remember(key, value) {
  try {
    if (value == null) localStorage.removeItem(`parley:${key}`);
    else localStorage.setItem(`parley:${key}`, value);
  } catch {
    // Storage is full or closed: the page works on without a memory.
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(`parley:${key}`);
  } catch {
    return null;
  }
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const small = matchMedia("(max-width: 1099px)");
export const narrow = () => small.matches;
