// On narrow screens branches out of sight wait with their layout (comment.css), so that the first view does not wait for
// theirs. They get it comment by comment, when there is time; from then on everything stays where it is.
import htmx from "./htmx.js";
import { narrow } from "./page.js";

const ONE = 16; // milliseconds that one may take on a slow phone
const WAITING = ":is(.comments, .group-list) > .comment:not(.is-laid-out), .is-later";
const soon = globalThis.requestIdleCallback ?? setTimeout;

htmx.onLoad(() => narrow() && soon(lay));

function lay(time) {
  for (let comment; (comment = document.querySelector(WAITING)); ) {
    const unseen = !comment.firstElementChild.checkVisibility({ contentVisibilityAuto: true });
    if (unseen && !comment.matches(".is-later")) for (const reply of comment.querySelectorAll(".comment")) reply.classList.add("is-later");
    comment.classList.add("is-laid-out");
    comment.classList.remove("is-later");
    // To ask how high it is lays it out.
    if (comment.offsetHeight && !(time?.timeRemaining() > ONE)) return soon(lay);
  }
}
