// The button that chooses light, dark or the device's theme. The choice is stored on this device.
import { saveLocally } from "./page.js";
import { sentence } from "./sentences.js";

const NEXT = { "": "light", light: "dark", dark: "" };
const button = document.querySelector("[data-theme-button]");
const root = document.documentElement;
const current = () => root.dataset.theme ?? "";

function label() {
  button.title = sentence(`theme-${current()}`);
  button.setAttribute("aria-label", button.title);
}

label();
button.addEventListener("click", () => {
  const next = NEXT[current()];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  saveLocally("theme", next || null);
  label();
});
