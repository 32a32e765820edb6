// Narrow screens: the bar at the foot goes back and forth, each side at the place where it was left.
import { narrow } from "./page.js";

const dock = document.querySelector(".dock");
const left = {};

if (dock) {
  const links = [...dock.querySelectorAll("a")];
  const side = () => links.find((link) => link.getAttribute("aria-current"))?.hash;
  const watcher = new IntersectionObserver(([entry]) => {
    const talking = entry.isIntersecting || entry.boundingClientRect.top < 0;
    for (const link of links)
      if ((link.hash === "#discussion") === talking) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
  }, { rootMargin: "0px 0px -60% 0px" });
  watcher.observe(document.getElementById("discussion"));

  dock.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !narrow()) return;
    const open = document.querySelector(".is-sheet .sheet-close");
    open?.click();
    left[side()] = scrollY;
    if (left[link.hash] == null || link.hash === side()) return;
    event.preventDefault();
    scrollTo(0, left[link.hash]);
  });
}
