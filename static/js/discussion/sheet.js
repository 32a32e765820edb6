// Narrow screens: the responses to a passage in a sheet over the article, and the bar at the bottom, which switches
// between article and discussion and keeps the scroll position of each.
import { suggestAnchor } from "./compose.js";
import { layOutFirst } from "./deferred_layout.js";
import htmx from "../platform/htmx.js";
import { isNarrow, narrowScreen, discussion } from "../platform/page.js";
import { rows } from "../articles/passages.js";

const dock = document.querySelector(".dock");
const scrollPositions = {};
let opener;
let shown;
let markCurrent = () => {};

const isOpen = () => discussion()?.classList.contains("is-sheet");
const coveredElements = () => document.querySelectorAll(".masthead, #article, .foot");

/** Show the group of a passage alone, over the article, and focus it. Closing it returns the focus to `from`. */
export function openSheet(name, from) {
  const sheet = discussion();
  opener = from;
  shown = name;
  sheet.classList.add("is-sheet");
  // Comments come first: a form with a draft is collapsed above them.
  document.querySelector("details.compose")?.removeAttribute("open");
  for (const group of sheet.querySelectorAll(".group")) group.hidden = group.dataset.group !== name;
  for (const one of coveredElements()) one.inert = true;
  // Keep the passage visible above the sheet.
  const overlap = rows.get(name).getBoundingClientRect().bottom - sheet.getBoundingClientRect().top;
  if (overlap > 0) scrollBy(0, overlap);
  sheet.scrollTop = 0;
  sheet.tabIndex = -1;
  sheet.focus({ preventScroll: true });
  markCurrent();
}

export function closeSheet() {
  if (!isOpen()) return;
  discussion().classList.remove("is-sheet");
  for (const group of discussion().querySelectorAll(".group[hidden]")) group.hidden = false;
  for (const one of coveredElements()) one.inert = false;
  opener?.focus({ preventScroll: true });
  markCurrent();
}

/** Show the discussion; the dock leads back to where the article was. */
export function goToDiscussion() {
  scrollPositions["#article"] = scrollY;
  discussion().scrollIntoView();
}

narrowScreen.addEventListener("change", closeSheet);
// After a comment was posted, the new form is about the same passage.
htmx.onLoad(() => isOpen() && suggestAnchor(shown));

// In the capture phase, before other modules handle the click.
document.addEventListener(
  "click",
  ({ target }) => {
    if (!isOpen() || target.closest(".dock")) return;
    const leaves = target.closest(".tab, .strip > a");
    if (leaves || target.closest(".sheet-close, a[href^='#p']") || !discussion().contains(target)) closeSheet();
    if (leaves) discussion().scrollIntoView();
  },
  true,
);

if (dock) {
  const [articleLink, discussionLink, opinionsLink] = dock.children;
  const isStandShown = () => discussion().dataset.view === "stand";
  let isInDiscussion = false;
  const current = () => (!isInDiscussion && !isOpen() ? articleLink : isStandShown() ? opinionsLink : discussionLink);
  markCurrent = () => {
    for (const link of dock.children) link.ariaCurrent = link === current() ? "true" : null;
  };
  const observer = new IntersectionObserver(
    (entries) => {
      // Several wait where the page was busy, and only the last one is still true.
      const entry = entries.at(-1);
      isInDiscussion = entry.isIntersecting || entry.boundingClientRect.top < 0;
      markCurrent();
    },
    { rootMargin: "0px 0px -60% 0px" },
  );
  observer.observe(discussion());
  // An address that names a view of the discussion leads to it, unless the reader comes back to where they were.
  const isNew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (isNarrow() && isNew && !location.hash && /[?&]view=/.test(location.search)) discussion().scrollIntoView();
  htmx.onLoad(markCurrent);

  dock.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !isNarrow() || link === opinionsLink) return;
    const wasOpen = isOpen();
    closeSheet();
    // It lay over the article, which is where it was.
    if (wasOpen && link === articleLink) return event.preventDefault();
    if (link === discussionLink && isStandShown()) {
      event.preventDefault();
      discussion().scrollIntoView();
      return discussion().querySelector("[data-tab=passage]").click();
    }
    if (link === discussionLink) layOutFirst();
    scrollPositions[current().hash] = scrollY;
    if (scrollPositions[link.hash] == null || link === current()) return;
    event.preventDefault();
    scrollTo(0, scrollPositions[link.hash]);
  });
}
