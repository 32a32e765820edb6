// After too many wrong passwords, signing in costs the browser a short calculation (people/accounts/proof_of_work.py): to find a
// number whose hash begins with as many zero bits as the challenge says, at most 16. Without this script, or without
// WebCrypto, the form is sent as it is, and the page offers a mailed link. It is a file of its own, since only that form
// loads it.
const ROUNDS = 5_000;
const bytes = (text) => new TextEncoder().encode(text);

async function firstBits(number, challenge) {
  const key = await crypto.subtle.importKey("raw", bytes(String(number)), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(challenge), iterations: ROUNDS };
  return new DataView(await crypto.subtle.deriveBits(how, key, 16)).getUint16(0);
}

async function answer(challenge) {
  const below = 2 ** (16 - challenge.split(".")[1]);
  let number = 0;
  while (await firstBits(number, challenge) >= below) number += 1;
  return `${challenge}.${number}`;
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const { challenge, calculating } = form.dataset;
  if (!challenge || form.elements.answer.value || !globalThis.crypto?.subtle) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (calculating) return;
  form.dataset.calculating = "yes";
  form.querySelector("[data-calculating]").hidden = false;
  form.elements.answer.value = await answer(challenge);
  form.requestSubmit(submitter);
}, true);
