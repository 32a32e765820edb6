// What is typed is kept on this device, by member and form, until it is posted.
import { anchor } from "./compose.js";
import htmx from "./htmx.js";
import { recall, remember, viewer } from "./page.js";
import { sentence } from "./sentences.js";

const FIELDS = ["body", "stance", "statement", "passage", "quote", "prefix", "version"];
const SENT = "parley:sent";
const keyOf = (form) => `draft:${viewer}:${form.dataset.draft}`;
const isMistake = (form) => form.querySelector(".error");

const { names } = document.querySelector("[data-names]").dataset;

document.addEventListener("input", ({ target }) => {
  if (target.value?.includes("@") && target.form?.querySelector(".names")) import(names);
  const form = target.closest?.("form[data-draft]");
  if (form) keep(form);
});

function keep(form) {
  const body = form.elements.body.value;
  const draft = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value]));
  remember(keyOf(form), body.trim() ? JSON.stringify(draft) : null);
  form.querySelector(".kept").textContent = body.trim() ? sentence("kept") : "";
}

function restore(form) {
  const text = form.elements.body;
  const draft = JSON.parse(recall(keyOf(form)) ?? "null");
  const typed = text.value.trim() && text.value !== text.defaultValue;
  if (!draft || typed || isMistake(form) || draft.body === text.value) return;
  // An edit goes on from the text that it began with, though there may be a newer one.
  for (const name of ["body", "stance", "statement", "version"]) {
    if (draft[name]) form.elements[name].value = draft[name];
  }
  if (draft.statement) form.querySelector(".say").open = true;
  if (draft.passage) anchor(draft.passage, draft.quote, draft.prefix);
  form.closest("details.compose")?.setAttribute("open", "");
  form.querySelector(".kept").textContent = sentence("draft");
}

htmx.onLoad((added) => {
  const forms = added.matches?.("form[data-draft]") ? [added] : added.querySelectorAll("form[data-draft]");
  forms.forEach(restore);
});

// Posted by htmx: the answer says whether it was taken.
document.addEventListener("htmx:after:request", ({ target, detail }) => {
  if (target.matches?.("form[data-draft]") && detail.ctx.response.status < 400) remember(keyOf(target), null);
});
document.addEventListener("htmx:before:response", ({ target, detail }) => {
  const { raw } = detail.ctx.response;
  if (target.matches?.("form[data-draft]") && raw.redirected && new URL(raw.url).searchParams.has("focus")) remember(keyOf(target), null);
});

// Posted by the browser itself: the page after it is focused on the comment only if it was taken.
document.addEventListener("submit", ({ target, submitter }) => {
  if (target.matches("form[data-draft]") && !submitter?.hasAttribute("formaction")) sessionStorage.setItem(SENT, keyOf(target));
});
const sent = sessionStorage.getItem(SENT);
if (sent && new URLSearchParams(location.search).has("focus")) remember(sent, null);
sessionStorage.removeItem(SENT);
