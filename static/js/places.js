// Another order, one passage, the whole: only the discussion changes, the article stays where it is being read.
import htmx from "./htmx.js";
import { thread } from "./page.js";

const PLACES = ".talk-side li > a, .strip > a, .passage-all, [data-only] .tab[data-view=whole], #discussion:has(.strip) .tab[data-view=whole]";

document.addEventListener("click", async (event) => {
  if (!thread || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest?.(PLACES);
  if (!link) return;
  event.preventDefault();
  await htmx.ajax("GET", link.getAttribute("href").replace(/#.*/, ""), { source: link, target: "#discussion", swap: "outerSync" });
  if (link.isConnected) return;
  history.replaceState(null, "", link.href.replace(/#.*/, ""));
  // A link to one comment leads to it; any other leaves the discussion where it begins.
  const comment = document.getElementById(link.hash.slice(1))?.closest(".comment");
  comment?.scrollIntoView();
  comment?.focus({ preventScroll: true });
});
