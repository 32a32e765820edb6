// Saves what is typed on this device, by member and form, until it is posted.
import { setAnchor } from "./compose.js";
import htmx from "../platform/htmx.js";
import { readLocally, saveLocally, viewer } from "../platform/page.js";
import { sentence } from "../platform/sentences.js";

const FIELDS = ["body", "stance", "statement", "passage", "quote", "prefix", "version"];
const SENT_KEY = "parley:sent";
const keyOf = (form) => `draft:${viewer}:${form.dataset.draft}`;
const isMistake = (form) => form.querySelector(".error");

const { names: namesScript } = document.querySelector("[data-names]").dataset;

document.addEventListener("input", ({ target }) => {
  if (target.value?.includes("@") && target.form?.querySelector(".names")) import(namesScript);
  const form = target.closest?.("form[data-draft]");
  if (form) saveDraft(form);
});

function saveDraft(form) {
  const body = form.elements.body.value;
  const draft = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value]));
  saveLocally(keyOf(form), body.trim() ? JSON.stringify(draft) : null);
  form.querySelector(".kept").textContent = body.trim() ? sentence("kept") : "";
}

function restoreDraft(form) {
  const text = form.elements.body;
  const draft = JSON.parse(readLocally(keyOf(form)) ?? "null");
  const typed = text.value.trim() && text.value !== text.defaultValue;
  if (!draft || typed || isMistake(form) || draft.body === text.value) return;
  // An edit continues from the version that it began with, even if there is a newer one.
  for (const name of ["body", "stance", "statement", "version"]) {
    if (draft[name]) form.elements[name].value = draft[name];
  }
  if (draft.statement) form.querySelector(".say").open = true;
  if (draft.passage) setAnchor(draft.passage, draft.quote, draft.prefix);
  form.closest("details.compose")?.setAttribute("open", "");
  form.querySelector(".kept").textContent = sentence("draft");
}

htmx.onLoad((added) => {
  const forms = added.matches?.("form[data-draft]") ? [added] : added.querySelectorAll("form[data-draft]");
  forms.forEach(restoreDraft);
});

// Posted by htmx: the response says whether the comment was accepted.
document.addEventListener("htmx:after:request", ({ target, detail }) => {
  if (target.matches?.("form[data-draft]") && detail.ctx.response.status < 400) saveLocally(keyOf(target), null);
});
document.addEventListener("htmx:before:response", ({ target, detail }) => {
  const { raw } = detail.ctx.response;
  if (target.matches?.("form[data-draft]") && raw.redirected && new URL(raw.url).searchParams.has("focus")) saveLocally(keyOf(target), null);
});

// Posted without htmx: only if the comment was accepted does the next page focus it.
document.addEventListener("submit", ({ target, submitter }) => {
  if (target.matches("form[data-draft]") && !submitter?.hasAttribute("formaction")) sessionStorage.setItem(SENT_KEY, keyOf(target));
});
const sent = sessionStorage.getItem(SENT_KEY);
if (sent && new URLSearchParams(location.search).has("focus")) saveLocally(sent, null);
sessionStorage.removeItem(SENT_KEY);
