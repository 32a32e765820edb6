// Sends forms without leaving the page. What is refused is said at the form, where the text still is.
import { forgetText, keepTexts } from "./kept_texts.js";
import { signIn } from "./signing_in.js";
import { lead, request, show, showPart, unsent, visit } from "./visiting.js";

const isSignedIn = () => Boolean(document.querySelector(".embed-who bdi"));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!new URL(form.action).pathname.startsWith("/embed/") || form.action.includes("/embed/login")) return;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  keepTexts();
  if (isSignedIn()) send(form, body);
  else if (!signIn(() => sendAfterwards(form, body))) return;
  event.preventDefault();
});

async function send(form, body) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const page = await request(form.action, body);
  delete form.dataset.busy;
  if (!page) unsent();
  else if (page.refused) say(form, page);
  else accept(form, page);
}

// The page is made again for who has signed in, where they are.
async function sendAfterwards(form, body) {
  const page = await request(form.action, body);
  if (page && !page.refused && form.matches(".embed-write")) return accept(form, page);
  const here = await request(location.href);
  if (here) show(here, { y: scrollY });
  const same = here && document.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"]`);
  if (!page) unsent();
  else if (page.refused) say(form.isConnected ? form : (same ?? document.querySelector("form")), page);
}

function accept(form, page) {
  if (form.closest(".thesis")) return showPart(page, "#thesis");
  const comment = form.closest(".comment");
  if (comment && !form.matches(".embed-write")) return showPart(page, `#${comment.id} > .embed-votes`);
  if (!form.matches(".embed-write")) return show(page);
  forgetText(form);
  const before = new Set([...document.querySelectorAll(".comment")].map((one) => one.id));
  show(page);
  const name = document.querySelector(".embed-who bdi")?.textContent;
  const own = [...document.querySelectorAll(".comment")].findLast(
    (one) => !before.has(one.id) && one.querySelector(".comment-head bdi")?.textContent === name,
  );
  if (own) lead(own.id);
}

function say(form, { doc }) {
  const reasons = [...doc.querySelectorAll("main .error")].map((one) => one.textContent.trim());
  const submission = doc.querySelector("[name=submission]")?.value;
  if (submission && form.elements.submission) form.elements.submission.value = submission;
  form.querySelector(".error")?.remove();
  const said = document.createElement("p");
  said.className = "error";
  said.setAttribute("role", "alert");
  said.textContent = [...new Set(reasons)].join(" ");
  form.append(said);
  said.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", ({ key, ctrlKey, metaKey, target }) => {
  if (key === "Enter" && (ctrlKey || metaKey) && target.matches("textarea")) target.form?.requestSubmit();
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches("[data-sign-in]")) {
    if (signIn(async () => show(await request(location.href), { y: scrollY }))) event.preventDefault();
  } else if (link.target === "_self" || (link.closest(".thesis") && link.pathname.startsWith("/embed/"))) {
    event.preventDefault();
    const part = link.closest(".thesis") ? await request(link.href) : null;
    if (part) showPart(part, "#thesis");
    else visit(link.href);
  } else if (link.hash && link.pathname === location.pathname) {
    event.preventDefault();
    lead(link.hash.slice(1));
  }
});
