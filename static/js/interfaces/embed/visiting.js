// Gets pages of the panel and shows them in place. A frame that navigates would add to the history of the publisher's page,
// where Back must leave the article in one step.
import { keepTexts, restoreTexts } from "./kept_texts.js";

const changed = [];

export const onShown = (listener) => changed.push(listener);

// The page at `url`, after posting `body` if there is one; null if no page of the panel came back.
export function request(url, body) {
  return new Promise((done) => {
    const asked = new XMLHttpRequest();
    asked.open(body ? "POST" : "GET", url);
    asked.setRequestHeader("Page-Language", document.documentElement.lang);
    // Parsed here: a policy forbids to make elements from text in scripts.
    asked.responseType = "document";
    asked.onloadend = () => {
      const doc = asked.response;
      const known = doc?.body?.classList.contains("embed");
      done(known ? { doc, url: asked.responseURL, refused: asked.status >= 400 } : null);
    };
    asked.send(body);
  });
}

export async function visit(url) {
  const page = await request(url);
  if (page) show(page);
  else unsent();
  return page;
}

export function show({ doc, url }, { y = 0 } = {}) {
  keepTexts();
  document.title = doc.title;
  document.body.dataset.count = doc.body.dataset.count ?? "";
  document.body.replaceChildren(...doc.body.childNodes);
  history.replaceState(null, "", url);
  scrollTo(0, y);
  restoreTexts();
  for (const listener of changed) listener();
}

// Replace a part of the page by the same part of another; all of it if the other has no such part.
export function showPart(page, selector) {
  const [old, made] = [document, page.doc].map((one) => one.querySelector(selector));
  if (!old || !made) return show(page, { y: scrollY });
  const name = document.activeElement?.value;
  const focused = old.contains(document.activeElement);
  old.replaceWith(made);
  if (focused) [...made.querySelectorAll("button, a")].find((one) => one.value === name || !name)?.focus({ preventScroll: true });
  return made;
}

export function unsent() {
  for (const one of document.querySelectorAll("[data-unsent]")) one.hidden = false;
}

// Highlight a comment, without a step in the history.
export function lead(id) {
  const there = new URL(location.href);
  there.hash = id;
  location.replace(there);
}
