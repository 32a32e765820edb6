// Hover cards: about a member beside their name, and with the passage beside a quote of it. A card opens when the pointer
// rests on the link or the keyboard focuses it, stays open while the pointer is on it, and closes with Escape.
const SHOW_AFTER_MS = 300;
const HIDE_AFTER_MS = 200;
const GAP_PX = 6;
const answers = new Map();
const box = document.createElement("div");
box.id = "hover-card";
box.className = "hover-card";
box.setAttribute("role", "tooltip");

let shown;
let timer;

/** Show the card of `link` after a short delay, unless the pointer or the focus leaves it first. */
export function scheduleCard(link, htmx) {
  if (link === shown) return keepOpen();
  hide();
  timer = setTimeout(() => show(link, htmx), SHOW_AFTER_MS);
  link.addEventListener("pointerleave", hideSoon);
  link.addEventListener("blur", hide);
}

box.addEventListener("pointerenter", keepOpen);
box.addEventListener("pointerleave", hideSoon);
document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
document.addEventListener("click", hide, true);
document.addEventListener("scroll", ({ target }) => target !== box && hide(), true);

function keepOpen() {
  clearTimeout(timer);
}

function hideSoon() {
  clearTimeout(timer);
  timer = setTimeout(hide, HIDE_AFTER_MS);
}

function hide() {
  clearTimeout(timer);
  shown?.removeAttribute("aria-describedby");
  shown = undefined;
  box.remove();
}

async function show(link, htmx) {
  const passage = link.hash && document.getElementById(link.hash.slice(1));
  if (passage && isInView(passage)) return;
  shown = link;
  const text = passage ? passage.outerHTML.replace(/ id="[^"]*"/g, "") : await answer(link);
  if (shown !== link || !text) return;
  await htmx.swap({ sourceElement: link, target: box, swap: "innerHTML", text });
  document.querySelector("main").append(box);
  link.setAttribute("aria-describedby", box.id);
  positionCard(link);
  const words = box.querySelector("mark");
  if (words) box.scrollTop = words.offsetTop - box.clientHeight / 2;
}

function isInView(passage) {
  const { top, bottom } = passage.getBoundingClientRect();
  return passage.checkVisibility() && top < innerHeight && bottom > 0;
}

async function answer(link) {
  const comment = link.closest(".comment")?.id.slice(1);
  const address = link.matches(".quote") ? comment && `/c/${comment}/passage` : `${link.pathname}/card`;
  if (!address) return;
  if (!answers.has(address)) answers.set(address, request(address));
  const text = await answers.get(address);
  if (!text) answers.delete(address);
  return text;
}

async function request(address) {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "Page-Language": document.documentElement.lang } });
    return answer.ok && !answer.redirected ? await answer.text() : "";
  } catch {
    return "";
  }
}

function positionCard(link) {
  const [{ left, top, bottom }] = link.getClientRects();
  const { offsetWidth, offsetHeight } = box;
  const fits = bottom + GAP_PX + offsetHeight < innerHeight || top < offsetHeight + GAP_PX;
  box.style.top = `${scrollY + (fits ? bottom + GAP_PX : top - GAP_PX - offsetHeight)}px`;
  box.style.left = `${scrollX + Math.max(GAP_PX, Math.min(left, document.documentElement.clientWidth - offsetWidth - GAP_PX))}px`;
}
