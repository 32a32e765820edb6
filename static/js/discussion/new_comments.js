// Comments that the stream or a form adds. A comment is never on the page twice. Those of others wait behind a button at
// their place, so that nothing moves while somebody reads; the reader's own are shown at once.
import { countNewGroups, isGrouped, listOf, groupNameOf } from "./groups.js";
import htmx from "../platform/htmx.js";
import { openAncestors } from "../articles/highlights.js";
import { announce, muted, isNarrow, discussion, scrollDiscussionTo, viewer } from "../platform/page.js";
import { sentence } from "../platform/sentences.js";

const ADDING_SWAPS = new Set(["afterbegin", "beforeend", "beforebegin", "afterend"]);
const TOP_LEVEL = "#discussion-waiting, #comments";

htmx.registerExtension("arrivals", {
  htmx_before_swap(source, { tasks }) {
    const isFormResponse = source.matches("form");
    for (const task of tasks) {
      // On a phone the first comment on a passage would push the text below it down.
      if (isNarrow() && !isFormResponse && task.target?.matches?.(".gutter.is-empty")) task.target = null;
      if (!ADDING_SWAPS.has(task.swapSpec.style) && !isMore(task)) continue;
      const added = removeDuplicates(task.fragment, isFormResponse);
      if (isFormResponse) toFocus = posted ??= task.fragment.querySelector(".comment")?.id;
      if (task.target?.matches?.(`.waiting, ${TOP_LEVEL}`)) route(task);
      if (task.target?.matches?.(".replies-list")) addToReplies(task.target, added);
      if (isMore(task) && task.target === document.activeElement) toFocus = task.fragment.querySelector(".comment")?.id;
    }
  },
  htmx_after_swap() {
    countNewGroups();
    focusPending();
    document.querySelectorAll(".waiting:not(:empty)").forEach(showButton);
    for (const button of document.querySelectorAll("[data-waiting]")) button.hidden = !document.getElementById(button.dataset.waiting)?.firstElementChild;
    if (document.querySelector("#comments > :is(.comment, .group)")) document.querySelector("#comments > .empty")?.remove();
  },
});

/** Add `more` to the number of replies of a list, and open it. */
function addToReplies(list, more) {
  const replies = list.closest("details.replies");
  if (!more || !replies) return;
  const count = (parseInt(replies.firstElementChild.textContent) || 0) + more;
  replies.firstElementChild.textContent = sentence("replies", count);
  replies.hidden = false;
  replies.open = true;
}

// The comment to focus after the swap: the first of those that a "more" link loaded, or the one that was just posted.
let toFocus;
let posted;
const isMore = (task) => task.target?.matches?.(".more, .more-page");

function focusPending() {
  const comment = toFocus && document.getElementById(toFocus);
  if (comment) focus(comment);
  if (comment && posted) reveal(comment);
  toFocus = posted = undefined;
}

/** Show the reader's own comment open, where it answers, and have a reload find it again. */
function reveal(comment) {
  document.querySelector(".is-here")?.classList.remove("is-here");
  comment.classList.add("is-here");
  openAncestors(comment);
  const { top, bottom } = comment.getBoundingClientRect();
  if (isNarrow()) comment.scrollIntoView({ block: "nearest" });
  else if (top < discussion().getBoundingClientRect().top + 60 || bottom > innerHeight) scrollDiscussionTo(comment);
  history.replaceState(history.state, "", `#${comment.id}`);
}

function focus(comment) {
  comment.tabIndex = -1;
  comment.focus({ preventScroll: true });
}

/** Remove comments that are already on the page, and count the others. The response to a form replaces the one on the page. */
function removeDuplicates(fragment, isFormResponse) {
  let added = 0;
  for (const comment of fragment.querySelectorAll("article.comment")) {
    const known = document.getElementById(comment.id);
    if (!known) added++;
    else if (isFormResponse) known.remove();
    else comment.remove();
  }
  return added;
}

/** Put the reader's own comment into its list, and others behind the button of their group. Drop what is filtered out. */
function route(task) {
  const comment = task.fragment.querySelector("article.comment");
  const isTop = task.target.matches(TOP_LEVEL);
  if (!comment) return;
  const author = comment.querySelector(".comment-head > [href^='/u/']")?.textContent;
  if (author && author === viewer) {
    task.target = listOf(comment);
    task.swapSpec.style = "afterbegin";
  } else if (muted?.split(" ").includes(author) || (isTop && !isShownHere(comment))) comment.remove();
  else if (isTop && isGrouped()) task.target = document.getElementById(`g${groupNameOf(comment)}-waiting`) ?? task.target;
}

function isShownHere(comment) {
  const { only, stance } = discussion().dataset;
  return (!only || only === groupNameOf(comment)) && (!stance || comment.querySelector(`.comment-head > .${stance}`));
}

function showButton(waiting) {
  const count = waiting.childElementCount;
  const button = document.querySelector(`[data-waiting="${waiting.id}"]`) ?? addButton(waiting);
  const name = waiting.closest(".comment") ? "new" : /^g\d/.test(waiting.id) ? "on-passage" : "perspectives";
  const text = sentence(name, count);
  if (button.textContent !== text) announce(sentence("comments", document.querySelectorAll(".waiting > *").length));
  button.textContent = text;
}

// In the line of the author's name, where space is reserved, or below the heading of a group.
function addButton(waiting) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fresh";
  button.dataset.waiting = waiting.id;
  const head = waiting.parentElement.querySelector(":scope > .comment-head");
  const line = document.createElement("div");
  line.className = "fresh-line";
  if (!head) waiting.before(line);
  (head ?? line).append(button);
  return button;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-waiting]");
  if (!button) return;
  const comments = [...document.getElementById(button.dataset.waiting).children];
  for (const comment of comments.toReversed()) {
    comment.classList.add("is-new");
    const list = listOf(comment);
    list.prepend(comment);
    addToReplies(list, 1);
  }
  countNewGroups();
  document.querySelector("#comments > .empty")?.remove();
  button.hidden = true;
  if (comments[0]) focus(comments[0]);
});
