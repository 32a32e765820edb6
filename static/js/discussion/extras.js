// Loads hover cards, sharing, responding to selected words, selecting by keyboard and revisions when they are first needed.
import htmx from "../platform/htmx.js";
import { respond } from "./article_sync.js";
import { loadDiscussion } from "./navigation.js";
import { discussion, isPlainClick, showToast, thread, viewer } from "../platform/page.js";
import { lineageOf, readRows, rows } from "../articles/passages.js";

const CARDS = "main a:is([href^='/u/']:not([href$='/report']), .quote)";
let extrasModule;
const callExtras = async (act, ...values) => (await (extrasModule ??= import(document.body.dataset.extras)))[act](...values);

for (const kind of ["pointerover", "focusin"])
  document.addEventListener(kind, ({ target, pointerType }) => {
    const link = pointerType !== "touch" && target.closest?.(CARDS);
    if (link && (pointerType || link.matches(":focus-visible"))) callExtras("scheduleCard", link, htmx);
  });

document.addEventListener("click", (event) => {
  const link = isPlainClick(event) && event.target.closest?.("a.share");
  if (!link) return;
  event.preventDefault();
  callExtras("share", link.href, showToast);
});

document.addEventListener("selectionchange", () => {
  const { anchorNode, isCollapsed } = getSelection();
  const from = !isCollapsed && anchorNode?.parentElement;
  if (from && from.closest(".passages")) {
    callExtras("offerAnswer", { respond, rows });
    callExtras("offerShare", showToast);
  }
  if (from && viewer && from.closest(".comment-body")) callExtras("offerQuote");
});

htmx.onLoad((added) => {
  const showDiscussion = () => loadDiscussion(discussion(), location.href);
  if (added.closest("#article-notice")) callExtras("fetchRevision", thread, { htmx, rows, readRows, lineageOf, showDiscussion });
});

document.addEventListener("keydown", (event) => {
  const { key, shiftKey, target } = event;
  const step = target.matches?.(".gutter") && (shiftKey ? /^Arrow/ : /^Arrow(Left|Right)$/).test(key);
  if (!step) return;
  event.preventDefault();
  callExtras("select", event);
});
