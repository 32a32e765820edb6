// On narrow screens the layout of comments outside the viewport is deferred (comment.css), which makes the first paint
// faster. It is done comment by comment while the browser is idle, so that scrolling moves nothing later.
import htmx from "../platform/htmx.js";
import { isNarrow } from "../platform/page.js";

const COST_MS = 16; // what one comment may take on a slow phone
const WAITING = ":is(.comments, .group-list) > .comment:not(.is-laid-out), .is-later";
const whenIdle = globalThis.requestIdleCallback ?? setTimeout;

const FIRST_SCREEN = 6; // comments that may fit on a screen

htmx.onLoad(() => isNarrow() && whenIdle(layOutWaiting));

/** Lay out the first comments for a reader who goes to the discussion before the browser was idle. */
export function layOutFirst() {
  for (const comment of [...document.querySelectorAll(WAITING)].slice(0, FIRST_SCREEN)) layOut(comment);
}

// Reading its height makes the browser lay it out.
function layOut(comment) {
  comment.classList.add("is-laid-out");
  comment.classList.remove("is-later");
  return comment.offsetHeight;
}

function layOutWaiting(time) {
  for (let comment; (comment = document.querySelector(WAITING)); ) {
    const isUnseen = !comment.firstElementChild.checkVisibility({ contentVisibilityAuto: true });
    if (isUnseen && !comment.matches(".is-later")) for (const reply of comment.querySelectorAll(".comment")) reply.classList.add("is-later");
    if (layOut(comment) && !(time?.timeRemaining() > COST_MS)) return whenIdle(layOutWaiting);
  }
}
