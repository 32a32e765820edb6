// Another view, order, stance, branch or passage: only the discussion changes, the article stays where it is being read.
import { aim } from "./compose.js";
import htmx from "./htmx.js";
import { arrive } from "./lights.js";
import { isPlain, talk, thread } from "./page.js";
import { reading } from "./passages.js";
import { shut } from "./sheet.js";

const PLACES = ".tab, .talk-side li > a, .strip > a, .since > a, .stance-filter > a";
let shown = location.search;

/** Show the discussion as `address` has it; `source` is what was clicked. Returns whether it came. */
export async function visit(source, address) {
  const { pathname, search } = new URL(address, location);
  if (!(await fetchInto(source, pathname + search))) return false;
  if (search === location.search) return true;
  // Going back leaves the article where it is, too.
  history.scrollRestoration = "manual";
  history.pushState(null, "", pathname + search);
  history.scrollRestoration = "auto";
  return true;
}

async function fetchInto(source, address) {
  shut();
  const before = talk().firstElementChild;
  await htmx.ajax("GET", address, { source, target: "#discussion", swap: "outerSync" });
  shown = address.replace(/^[^?]*/, "");
  const { only, view } = talk().dataset;
  aim(view === "passage" ? reading : only > 0 ? only : "");
  return !before.isConnected;
}

if (thread && talk()) {
  document.addEventListener("click", async (event) => {
    const link = isPlain(event) && event.target.closest?.(PLACES);
    if (!link) return;
    event.preventDefault();
    const { hash, href } = link;
    if (await visit(link, href)) focus(hash.slice(1), link.getAttribute("href"));
  });
  addEventListener("popstate", async () => {
    if (location.search === shown) return;
    if (await fetchInto(talk(), location.pathname + location.search)) history.scrollRestoration = "auto";
    else location.reload();
  });
}

// A link to one comment leads to it; any other leaves the discussion where it begins, and the focus where it was.
function focus(id, href) {
  const comment = document.getElementById(id)?.closest(".comment");
  const same = talk().querySelector(`a[href="${CSS.escape(href)}"]`);
  if (comment) {
    comment.tabIndex = -1;
    arrive(comment);
  } else talk().scrollTop = 0;
  (comment ?? (same?.checkVisibility() ? same : talk().querySelector(".tab[aria-current]")))?.focus({ preventScroll: true });
}
