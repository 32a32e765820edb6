// On narrow screens branches out of sight wait with their layout (comment.css), so that the first view does not wait for
// theirs. They get it comment by comment, when there is time; from then on everything stays where it is.
import htmx from "./htmx.js";
import { narrow } from "./page.js";

const ONE = 16; // milliseconds that one may take on a slow phone
const WAITING = ":is(.comments, .group-list) > .comment:not(.is-laid-out), .is-later";
const soon = globalThis.requestIdleCallback ?? setTimeout;

const SCREEN = 6; // comments that a screen may show

htmx.onLoad(() => narrow() && soon(lay));

/** Lay out where the discussion begins, for a reader who goes there before there was time. */
export function layBeginning() {
  for (const comment of [...document.querySelectorAll(WAITING)].slice(0, SCREEN)) layOne(comment);
}

// To ask how high it is lays it out.
function layOne(comment) {
  comment.classList.add("is-laid-out");
  comment.classList.remove("is-later");
  return comment.offsetHeight;
}

function lay(time) {
  for (let comment; (comment = document.querySelector(WAITING)); ) {
    const unseen = !comment.firstElementChild.checkVisibility({ contentVisibilityAuto: true });
    if (unseen && !comment.matches(".is-later")) for (const reply of comment.querySelectorAll(".comment")) reply.classList.add("is-later");
    if (layOne(comment) && !(time?.timeRemaining() > ONE)) return soon(lay);
  }
}
