// A card beside a name says who that is, and beside a quote what it was taken from. It comes after a moment of rest or
// with the keyboard's focus, stays while it is pointed at, and goes with Escape.
const REST = 300;
const GRACE = 200;
const GAP = 6;
const answers = new Map();
const box = document.createElement("div");
box.id = "hover-card";
box.className = "hover-card";
box.setAttribute("role", "tooltip");

let shown;
let timer;

/** Show the card of `link` after a moment, unless the pointer or the focus leaves it before. */
export function card(link, htmx) {
  if (link === shown) return stay();
  hide();
  timer = setTimeout(() => show(link, htmx), REST);
  link.addEventListener("pointerleave", leave);
  link.addEventListener("blur", hide);
}

box.addEventListener("pointerenter", stay);
box.addEventListener("pointerleave", leave);
document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
document.addEventListener("click", hide, true);
document.addEventListener("scroll", ({ target }) => target !== box && hide(), true);

function stay() {
  clearTimeout(timer);
}

function leave() {
  clearTimeout(timer);
  timer = setTimeout(hide, GRACE);
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
  place(link);
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
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    return answer.ok && !answer.redirected ? await answer.text() : "";
  } catch {
    return "";
  }
}

function place(link) {
  const [{ left, top, bottom }] = link.getClientRects();
  const { offsetWidth, offsetHeight } = box;
  const fits = bottom + GAP + offsetHeight < innerHeight || top < offsetHeight + GAP;
  box.style.top = `${scrollY + (fits ? bottom + GAP : top - GAP - offsetHeight)}px`;
  box.style.left = `${scrollX + Math.max(GAP, Math.min(left, document.documentElement.clientWidth - offsetWidth - GAP))}px`;
}
