// Loads another view, order, stance, branch or passage of the discussion. The article keeps its scroll position.
import { suggestAnchor } from "./compose.js";
import htmx from "../platform/htmx.js";
import { showTarget } from "../articles/highlights.js";
import { isNarrow, isPlainClick, discussion, thread } from "../platform/page.js";
import { currentLineage } from "../articles/passages.js";
import { closeSheet, goToDiscussion } from "./sheet.js";
import { followFilter } from "../interfaces/live.js";

const LINKS = ".signs, .tab, .talk-side li > a, .strip > a, .since [data-unread], .found-here .hit-words > a:not([href^='#'])";
let shownSearch = location.search;

/** Load the discussion of `address`; `source` is what was clicked. Returns whether that succeeded. */
export async function loadDiscussion(source, address) {
  const { pathname, search } = new URL(address, location);
  if (!(await fetchDiscussion(source, pathname + search))) return false;
  if (search === location.search) return true;
  // Going back must not scroll the article either.
  history.scrollRestoration = "manual";
  history.pushState(null, "", pathname + search);
  history.scrollRestoration = "auto";
  return true;
}

async function fetchDiscussion(source, address) {
  closeSheet();
  const before = discussion().firstElementChild;
  await htmx.ajax("GET", address, { source, target: "#discussion", swap: "outerSync" });
  shownSearch = address.replace(/^[^?]*/, "");
  followFilter();
  const { only, view } = discussion().dataset;
  suggestAnchor(view === "passage" ? currentLineage : only > 0 ? only : "");
  return !before.isConnected;
}

if (thread && discussion()) {
  document.addEventListener("click", async (event) => {
    const link = isPlainClick(event) && event.target.closest?.(LINKS);
    if (!link) return;
    event.preventDefault();
    const { hash, href } = link;
    if (link.matches(".signs") && isNarrow()) goToDiscussion();
    if (await loadDiscussion(link, href)) focusTarget(hash.slice(1), link.getAttribute("href"));
  });
  // The search field above the page, while "in this thread" is checked, and that above the results.
  document.addEventListener("submit", async (event) => {
    const { target: form } = event;
    const words = form.elements.find ?? (form.elements.thread?.checked && form.closest(".masthead") && form.elements.q);
    if (form.method !== "get" || !words) return;
    event.preventDefault();
    const order = form.elements.order ? `&order=${form.elements.order.value}` : "";
    if (!(await loadDiscussion(form, `?find=${encodeURIComponent(words.value)}${order}`))) return form.submit();
    // Where "/" was pressed, if the field was reached with it (interfaces/find.js).
    if (words.dataset.from) scrollTo(0, words.dataset.from);
    else discussion().scrollIntoView({ block: "nearest" });
    discussion().scrollTop = 0;
    discussion().querySelector(".found-title")?.focus({ preventScroll: true });
  });
  // A comment that an address names, and that is not among the first.
  const { hash } = location;
  if (/^#c\d+$/.test(hash) && !document.querySelector(hash))
    loadDiscussion(discussion(), `?focus=${hash.slice(2)}`).then((found) => found && focusTarget(hash.slice(1)));
  addEventListener("popstate", async () => {
    if (location.search === shownSearch) return;
    if (await fetchDiscussion(discussion(), location.pathname + location.search)) history.scrollRestoration = "auto";
    else location.reload();
  });
}

// A link to a comment focuses it. Any other shows the beginning of the discussion, and keeps the focus on the link, or on
// the menu that has it.
function focusTarget(id, href) {
  const comment = document.getElementById(id)?.closest(".comment");
  const same = href && discussion().querySelector(`a[href="${CSS.escape(href)}"]`);
  if (comment) {
    comment.tabIndex = -1;
    showTarget(comment);
  } else discussion().scrollTop = 0;
  const menu = same?.closest("details:not([open])")?.firstElementChild;
  (comment ?? menu ?? same ?? discussion().querySelector(".tab[aria-current]"))?.focus({ preventScroll: true });
}
