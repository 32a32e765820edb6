// Comments that arrive. A comment is never on the page twice; one by somebody else waits behind a button
// at its place, so that nothing moves under the reader's eyes; one's own stands there at once.
import { grouped, listOf, nameOf } from "./groups.js";
import htmx from "./htmx.js";
import { announce, muted, narrow, talk, viewer } from "./page.js";
import { sentence } from "./sentences.js";

const ADDS = new Set(["afterbegin", "beforeend", "beforebegin", "afterend"]);
const TOP = "#discussion-waiting, #comments";

htmx.registerExtension("arrivals", {
  htmx_before_swap(source, { tasks }) {
    const answered = source.matches("form");
    for (const task of tasks) {
      // On a phone the first comment on a passage would push the text below it down.
      if (narrow() && task.target?.matches?.(".gutter.is-empty")) task.target = null;
      if (!ADDS.has(task.swapSpec.style) && !isMore(task)) continue;
      const fresh = sortOut(task.fragment, answered);
      if (answered) next ??= task.fragment.querySelector(".comment")?.id;
      if (task.target?.matches?.(`.waiting, ${TOP}`)) place(task);
      if (task.target?.matches?.(".replies-list")) grow(task.target, fresh);
      if (isMore(task) && task.target === document.activeElement) next = task.fragment.querySelector(".comment")?.id;
    }
  },
  htmx_after_swap() {
    focusNext();
    document.querySelectorAll(".waiting:not(:empty)").forEach(showButton);
    for (const button of document.querySelectorAll("[data-waiting]")) button.hidden = !document.getElementById(button.dataset.waiting)?.firstElementChild;
    if (document.querySelector("#comments > :is(.comment, .group)")) document.querySelector("#comments > .empty")?.remove();
  },
});

/** Open a list of replies that gets `more` of them, and say how many there are now. */
function grow(list, more) {
  const replies = list.closest("details.replies");
  if (!more || !replies) return;
  const count = (parseInt(replies.firstElementChild.textContent) || 0) + more;
  replies.firstElementChild.textContent = sentence("replies", count);
  replies.hidden = false;
  replies.open = true;
}

// A link that opens more comments goes when it has done so; the first of them takes the focus over,
// as does a comment that was just posted from its form.
let next;
const isMore = (task) => task.target?.matches?.(".more, .more-page");

function focusNext() {
  const comment = next && document.getElementById(next);
  next = undefined;
  if (comment) focus(comment);
}

function focus(comment) {
  comment.tabIndex = -1;
  comment.focus({ preventScroll: true });
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

/** One's own goes into its list at once, another's waits at its group; what the page was told to leave out stays out. */
function place(task) {
  const comment = task.fragment.querySelector("article.comment");
  const isTop = task.target.matches(TOP);
  if (!comment) return;
  const author = comment.querySelector(".comment-head > [href^='/u/']")?.textContent;
  if (author && author === viewer) {
    task.target = listOf(comment);
    task.swapSpec.style = "afterbegin";
  } else if (muted?.split(" ").includes(author) || (isTop && !isWanted(comment))) comment.remove();
  else if (isTop && grouped()) task.target = document.getElementById(`g${nameOf(comment)}-waiting`) ?? task.target;
}

function isWanted(comment) {
  const { only } = talk().dataset;
  const stance = talk().querySelector(".stance-filter [aria-current] > .stance");
  return (!only || only === nameOf(comment)) && (!stance || comment.querySelector(`.comment-head > .${stance.className.replace(" ", ".")}`));
}

function showButton(waiting) {
  const count = waiting.childElementCount;
  const button = document.querySelector(`[data-waiting="${waiting.id}"]`) ?? addButton(waiting);
  const name = waiting.closest(".comment") ? "new" : /^g\d/.test(waiting.id) ? "on-passage" : "perspectives";
  const words = sentence(name, count);
  if (button.textContent !== words) announce(sentence("comments", document.querySelectorAll(".waiting > *").length));
  button.textContent = words;
}

// At the end of the line that names the author, where room is kept for it, or over the seam below a group's head.
function addButton(waiting) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fresh";
  button.dataset.waiting = waiting.id;
  const head = waiting.parentElement.querySelector(":scope > .comment-head");
  const seam = document.createElement("div");
  seam.className = "fresh-line";
  if (!head) waiting.before(seam);
  (head ?? seam).append(button);
  return button;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-waiting]");
  if (!button) return;
  const arrived = [...document.getElementById(button.dataset.waiting).children];
  for (const comment of arrived.toReversed()) {
    comment.classList.add("is-new");
    const list = listOf(comment);
    list.prepend(comment);
    grow(list, 1);
  }
  document.querySelector("#comments > .empty")?.remove();
  button.hidden = true;
  if (arrived[0]) focus(arrived[0]);
});
