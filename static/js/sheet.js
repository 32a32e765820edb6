// Narrow screens: a passage's perspectives in a sheet over the article, and the bar at the foot, which goes back and
// forth between the two sides, each at the place where it was left.
import { aim } from "./compose.js";
import { layBeginning } from "./deferred_layout.js";
import htmx from "./htmx.js";
import { narrow, small, talk } from "./page.js";
import { reading, rows } from "./passages.js";

const dock = document.querySelector(".dock");
const left = {};
let opener;
let shown;

const isOpen = () => talk()?.classList.contains("is-sheet");
const behind = () => document.querySelectorAll(".masthead, #article, .foot");

/** Show the group of a passage alone, over the article; the focus goes in, and back to `from` at the end. */
export function open(name, from) {
  const sheet = talk();
  opener = from;
  shown = name;
  sheet.classList.add("is-sheet");
  // What others see comes first; a form that holds a draft waits collapsed above it.
  document.querySelector("details.compose")?.removeAttribute("open");
  for (const group of sheet.querySelectorAll(".group")) group.hidden = group.dataset.group !== name;
  for (const one of behind()) one.inert = true;
  // The passage stays in sight above it.
  const hidden = rows.get(name).getBoundingClientRect().bottom - sheet.getBoundingClientRect().top;
  if (hidden > 0) scrollBy(0, hidden);
  sheet.scrollTop = 0;
  sheet.tabIndex = -1;
  sheet.focus({ preventScroll: true });
}

export function shut() {
  if (!isOpen()) return;
  talk().classList.remove("is-sheet");
  for (const group of talk().querySelectorAll(".group[hidden]")) group.hidden = false;
  for (const one of behind()) one.inert = false;
  opener?.focus({ preventScroll: true });
}

small.addEventListener("change", shut);
// The form that follows one that was posted is about the same passage.
htmx.onLoad(() => isOpen() && aim(shown));

// Before any other module acts on the click.
document.addEventListener(
  "click",
  ({ target }) => {
    if (!isOpen() || target.closest(".dock")) return;
    const away = target.closest(".tab, .strip > a");
    if (away || target.closest(".sheet-close, a[href^='#p']") || !talk().contains(target)) shut();
    if (away) talk().scrollIntoView();
  },
  true,
);

if (dock) {
  const [article, passage, discussion, perspectives] = dock.children;
  const onPerspectives = () => talk().dataset.view === "perspectives";
  let talking = false;
  const current = () => (!talking ? article : onPerspectives() ? perspectives : discussion);
  const mark = () => {
    for (const link of dock.children) link.ariaCurrent = link === current() ? "true" : null;
  };
  const watcher = new IntersectionObserver(
    ([entry]) => {
      talking = entry.isIntersecting || entry.boundingClientRect.top < 0;
      mark();
    },
    { rootMargin: "0px 0px -60% 0px" },
  );
  watcher.observe(talk());
  htmx.onLoad(mark);

  dock.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !narrow() || link === perspectives) return;
    shut();
    if (link === discussion && onPerspectives()) {
      event.preventDefault();
      talk().scrollIntoView();
      return talk().querySelector("[data-tab=passage]").click();
    }
    if (link === passage) {
      event.preventDefault();
      const row = rows.get(reading) ?? rows.values().next().value;
      return row?.querySelector(".gutter").click();
    }
    if (link === discussion) layBeginning();
    left[current().hash] = scrollY;
    if (left[link.hash] == null || link === current()) return;
    event.preventDefault();
    scrollTo(0, left[link.hash]);
  });
  const count = () => (passage.querySelector("b").textContent = rows.get(reading)?.querySelector(".gutter > b")?.textContent ?? "");
  document.addEventListener("parley:read", count);
  htmx.onLoad(count);
}
