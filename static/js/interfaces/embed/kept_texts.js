// Keeps what is typed until it is sent: another passage may be chosen meanwhile, or the page be loaded again.
const KEY = "parley:texts";
const FIELDS = ["body", "stance", "quote", "prefix"];
const texts = new Map(read());
// The forms that are open, with text or without.
let opened = new Set();

const forms = () => [...document.querySelectorAll("form.embed-write")].filter((form) => form.elements.body);
const keyOf = (form) => [new URL(form.action).pathname, form.elements.passage?.value, form.elements.parent?.value].join(" ");

// Browsers that block third-party cookies may refuse the storage too.
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function save() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...texts]));
  } catch { /* They are kept in memory. */ }
}

export function keepTexts() {
  opened = new Set(forms().filter((form) => form.closest("details")?.open).map(keyOf));
  for (const form of forms()) {
    if (form.elements.body.readOnly) continue;
    const fields = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value ?? ""]));
    if (fields.body.trim()) texts.set(keyOf(form), { ...fields, url: location.href });
    else texts.delete(keyOf(form));
  }
  save();
}

export function forgetText(form) {
  form.elements.body.value = "";
  reveal(form, false);
  texts.delete(keyOf(form));
  save();
}

export function restoreTexts() {
  const here = new Set();
  for (const form of forms()) {
    here.add(keyOf(form));
    const kept = texts.get(keyOf(form));
    if (opened.has(keyOf(form))) reveal(form);
    if (kept && !form.elements.body.value) fill(form, kept);
  }
  const path = location.pathname;
  const elsewhere = [...texts].find(([key]) => key.startsWith(`${path}/`) && !here.has(key));
  const offer = document.querySelector("[data-draft]");
  if (!offer || !elsewhere) return;
  offer.hidden = false;
  offer.querySelector("[data-draft-words]").textContent = shortened(elsewhere[1].body);
}

const shortened = (text) => (text.length > 60 ? `${text.slice(0, 60).trimEnd()}…` : text);

export function fill(form, { body, stance, quote, prefix }) {
  form.elements.body.value = body;
  if (form.elements.stance) form.elements.stance.value = stance;
  quoteIn(form, quote, prefix);
  reveal(form);
}

export function reveal(form, isOpen = true) {
  form.closest("details")?.toggleAttribute("open", isOpen);
}

// Let the response in `form` quote words of the article, or none.
export function quoteIn(form, quote = "", prefix = "") {
  if (!form.elements.quote) return;
  form.elements.quote.value = quote;
  form.elements.prefix.value = prefix;
  const shown = form.querySelector("[data-quoted]");
  shown.hidden = !quote;
  shown.querySelector("q").textContent = quote;
}

// The text that is kept of another place, and how to move it into `form`.
export function otherText() {
  const here = new Set(forms().map(keyOf));
  const [key, kept] = [...texts].find(([one]) => one.startsWith(`${location.pathname}/`) && !here.has(one)) ?? [];
  return kept && {
    url: kept.url,
    moveTo(form) {
      texts.delete(key);
      fill(form, { ...kept, quote: "", prefix: "" });
      keepTexts();
    },
  };
}

addEventListener("input", keepTexts);
