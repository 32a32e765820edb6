// A vote shows at once; the server's answer corrects it, its refusal takes it back.
import { words } from "./answers.js";
import htmx from "./htmx.js";
import { hush, tell, viewer } from "./page.js";
import { sentence } from "./sentences.js";

const turns = new WeakMap();
// The last vote sent on each comment: the next one waits for it, or the server could take them the other way round.
const sent = new WeakMap();

// Votes are sent from here, so their buttons need no form. With one, browsers that fill in forms would work out the styles
// of every comment out of sight, to see whether its form can be used.
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
  tell(form, sentence("members"), link);
}

async function cast(form, button) {
  const score = form.parentElement;
  const body = new URLSearchParams({ axis: form.firstChild.value, value: button.value });
  const turn = (turns.get(score) ?? 0) + 1;
  turns.set(score, turn);
  hush(form);
  const undo = press(form, button);
  try {
    const answer = await send(score, form.action, body);
    if (answer.redirected) return location.assign(answer.url);
    const text = await answer.text();
    if (turns.get(score) !== turn) return;
    if (!answer.ok) throw new Error(words(text) || sentence("not-counted"));
    await htmx.swap({ sourceElement: score, target: score, swap: "outerMorph", text });
  } catch (error) {
    if (turns.get(score) !== turn) return;
    undo();
    tell(form, error instanceof TypeError ? sentence("not-sent") : error.message);
  }
}

async function send(score, address, body) {
  const before = sent.get(score);
  const answer = Promise.resolve(before).then(() =>
    fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } }),
  );
  sent.set(score, answer.catch(() => {}));
  return answer;
}

/** Show the vote as cast. Returns what takes it back. */
function press(form, button) {
  const buttons = [...form.querySelectorAll("button")];
  const before = buttons.map((one) => [one, one.getAttribute("aria-pressed"), one.value]);
  const number = form.querySelector("b");
  const shown = number?.textContent;
  const was = worth(buttons);
  const on = button.getAttribute("aria-pressed") !== "true";
  for (const one of buttons) set(one, one === button && on);
  if (number) number.textContent = Number(shown) + worth(buttons) - was;
  return () => {
    for (const [one, pressed, value] of before) {
      one.setAttribute("aria-pressed", pressed);
      one.value = value;
    }
    if (number) number.textContent = shown;
  };
}

const VALUES = { up: "1", down: "-1", yes: "1", no: "-1", unsure: "0" };

function set(button, pressed) {
  button.setAttribute("aria-pressed", pressed);
  const takeBack = button.matches(".up, .down") ? "0" : "";
  button.value = pressed ? takeBack : VALUES[button.className];
}

function worth(buttons) {
  const pressed = buttons.find((one) => one.getAttribute("aria-pressed") === "true");
  return Number(VALUES[pressed?.className] ?? 0);
}
