// Cards about members and quotes, sharing, what is offered for selected words and selecting by keyboard come from a file
// of their own when they are first asked for.
import { compose } from "./compose.js";
import htmx from "./htmx.js";
import { respond } from "./margin.js";
import { isPlain, say, viewer } from "./page.js";
import { rows } from "./passages.js";

const CARDS = "main a:is([href^='/u/']:not([href$='/report']), .quote)";
let file;
const extras = async (act, ...values) => (await (file ??= import(document.body.dataset.extras)))[act](...values);

for (const kind of ["pointerover", "focusin"])
  document.addEventListener(kind, ({ target, pointerType }) => {
    const link = pointerType !== "touch" && target.closest?.(CARDS);
    if (link && (pointerType || link.matches(":focus-visible"))) extras("card", link, htmx);
  });

document.addEventListener("click", (event) => {
  const link = isPlain(event) && event.target.closest?.("a.share");
  if (!link) return;
  event.preventDefault();
  extras("share", link.href, say);
});

document.addEventListener("selectionchange", () => {
  const { anchorNode, isCollapsed } = getSelection();
  const from = !isCollapsed && anchorNode?.parentElement;
  if (from && from.closest(".passages")) {
    extras("offerAnswer", { compose, respond, rows });
    extras("offer", say);
  }
  if (from && viewer && from.closest(".comment-body")) extras("offerQuote");
});

document.addEventListener("keydown", (event) => {
  const { key, shiftKey, target } = event;
  const step = target.matches?.(".gutter") && (shiftKey ? /^Arrow/ : /^Arrow(Left|Right)$/).test(key);
  if (!step) return;
  event.preventDefault();
  extras("select", event);
});
