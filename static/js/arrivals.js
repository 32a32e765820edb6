// Comments that arrive. A comment is never on the page twice; one by somebody else waits behind a button
// at its place, so that nothing moves under the reader's eyes; one's own stands there at once.
import htmx from "./htmx.js";
import { announce, viewer } from "./page.js";

const ADDS = new Set(["afterbegin", "beforeend", "beforebegin", "afterend"]);

htmx.registerExtension("arrivals", {
  htmx_before_swap(source, { tasks }) {
    for (const task of tasks) {
      if (!ADDS.has(task.swapSpec.style) && !isMore(task)) continue;
      const fresh = sortOut(task.fragment, source.matches("form"));
      if (task.target?.matches?.(".waiting")) sendOwnHome(task);
      if (task.target?.matches?.(".replies-list")) grow(task.target, fresh);
      if (isMore(task) && task.target === document.activeElement) next = task.fragment.querySelector(".comment")?.id;
    }
  },
  htmx_after_swap() {
    focusNext();
    document.querySelectorAll(".waiting").forEach(showButton);
    if (document.querySelector("#comments > .comment")) document.querySelector("#comments > .empty")?.remove();
  },
});

/** Open a list of replies that gets `more` of them, and say how many there are now. */
function grow(list, more) {
  const replies = list.closest("details.replies");
  if (!more || !replies) return;
  const count = parseInt(replies.firstElementChild.textContent) + more;
  replies.firstElementChild.textContent = `${count} ${count === 1 ? "reply" : "replies"}`;
  replies.hidden = false;
  replies.open = true;
}

// A link that opens more comments goes when it has done so; the first of them takes the focus over.
let next;
const isMore = (task) => task.target?.matches?.(".more, .more-page");

function focusNext() {
  const comment = next && document.getElementById(next);
  next = undefined;
  comment?.setAttribute("tabindex", "-1");
  comment?.focus({ preventScroll: true });
}

/** Keep one of each comment: the one on the page, or the answer to a form, which knows what its author may do. */
function sortOut(fragment, answered) {
  let fresh = 0;
  for (const comment of fragment.querySelectorAll("article.comment")) {
    const known = document.getElementById(comment.id);
    if (!known) fresh++;
    else if (answered) known.remove();
    else comment.remove();
  }
  return fresh;
}

function sendOwnHome(task) {
  const comment = task.fragment.querySelector("article.comment");
  if (!viewer || comment?.dataset.author !== viewer) return;
  task.target = listOf(task.target);
  task.swapSpec.style = "afterbegin";
}

function listOf(waiting) {
  return document.getElementById(waiting.id === "discussion-waiting" ? "comments" : waiting.id.replace("waiting", "list"));
}

function showButton(waiting) {
  const count = waiting.childElementCount;
  const button = document.querySelector(`[data-waiting="${waiting.id}"]`) ?? (count && addButton(waiting));
  if (!button) return;
  const words = waiting.id === "discussion-waiting" ? `${count} new ${count === 1 ? "perspective" : "perspectives"}` : `${count} new`;
  if (button.textContent !== words && count) announce(`${count} new ${count === 1 ? "comment" : "comments"} in the discussion`);
  button.textContent = words;
  button.hidden = !count;
}

// At the end of the line that names the author, where room is kept for it.
function addButton(waiting) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fresh";
  button.dataset.waiting = waiting.id;
  waiting.closest(".comment").querySelector(":scope > .comment-head").append(button);
  return button;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-waiting]");
  if (button) letIn(document.getElementById(button.dataset.waiting), button);
});

function letIn(waiting, button) {
  const arrived = [...waiting.children];
  for (const comment of arrived) comment.classList.add("is-new");
  const list = listOf(waiting);
  list.prepend(...arrived);
  grow(list, arrived.length);
  list.querySelector(":scope > .empty")?.remove();
  button.hidden = true;
  document.dispatchEvent(new CustomEvent("parley:arrived"));
  arrived[0]?.setAttribute("tabindex", "-1");
  arrived[0]?.focus({ preventScroll: true });
}
