// Shows a vote at once. The server's response corrects it, or takes it back if the vote was refused.
import { errorText } from "../platform/responses.js";
import htmx from "../platform/htmx.js";
import { clearNotice, FOR_PAGE, showNotice, viewer } from "../platform/page.js";
import { sentence } from "../platform/sentences.js";

const latestTurns = new WeakMap();
// The last request for each comment: the next one waits for it, so that the server receives them in order.
const pendingVotes = new WeakMap();

// Votes are sent from here, so the buttons need no form. Browsers that fill in forms compute the style of every form, also
// in comments outside the viewport.
for (const one of document.querySelectorAll(".comment-score :is(input, button)")) one.setAttribute("form", "");

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".comment-score button");
  if (!button) return;
  event.preventDefault();
  if (viewer) cast(button.parentElement, button);
  else inviteToVote(button.parentElement);
});

function inviteToVote(form) {
  const link = document.createElement("a");
  link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = sentence("sign-in");
  showNotice(form, sentence("members"), link);
}

async function cast(form, button) {
  const score = form.parentElement;
  const body = new URLSearchParams({ axis: form.firstChild.value, value: button.value });
  const turn = (latestTurns.get(score) ?? 0) + 1;
  latestTurns.set(score, turn);
  clearNotice(form);
  const undo = showAsCast(form, button);
  try {
    const answer = await send(score, form.action, body);
    if (answer.redirected) return location.assign(answer.url);
    const text = await answer.text();
    if (latestTurns.get(score) !== turn) return;
    if (!answer.ok) throw new Error(errorText(text) || sentence("not-counted"));
    await htmx.swap({ sourceElement: score, target: score, swap: "outerMorph", text });
  } catch (error) {
    if (latestTurns.get(score) !== turn) return;
    undo();
    showNotice(form, error instanceof TypeError ? sentence("not-sent") : error.message);
  }
}

async function send(score, address, body) {
  const before = pendingVotes.get(score);
  const answer = Promise.resolve(before).then(() =>
    fetch(address, { method: "POST", body, headers: FOR_PAGE }),
  );
  pendingVotes.set(score, answer.catch(() => {}));
  return answer;
}

/** Show the vote as cast. Returns a function that takes it back. */
function showAsCast(form, button) {
  const buttons = [...form.querySelectorAll("button")];
  const before = buttons.map((one) => [one, one.getAttribute("aria-pressed"), one.value]);
  const total = form.querySelector("b");
  const shown = total?.textContent;
  const former = valueOf(buttons);
  const on = button.getAttribute("aria-pressed") !== "true";
  for (const one of buttons) setPressed(one, one === button && on);
  if (total) total.textContent = Number(shown) + valueOf(buttons) - former;
  return () => {
    for (const [one, pressed, value] of before) {
      one.setAttribute("aria-pressed", pressed);
      one.value = value;
    }
    if (total) total.textContent = shown;
  };
}

const VALUES = { up: "1", down: "-1", yes: "1", no: "-1", unsure: "0" };

function setPressed(button, pressed) {
  button.setAttribute("aria-pressed", pressed);
  const takeBack = button.matches(".up, .down") ? "0" : "";
  button.value = pressed ? takeBack : VALUES[button.className];
}

function valueOf(buttons) {
  const pressed = buttons.find((one) => one.getAttribute("aria-pressed") === "true");
  return Number(VALUES[pressed?.className] ?? 0);
}
