// Light, dark, or as the device: chosen with one button, kept on this device.
import { remember } from "./page.js";

const NEXT = { "": "light", light: "dark", dark: "" };
const NAMES = { "": "as the device", light: "light", dark: "dark" };
const button = document.querySelector("[data-theme-button]");
const root = document.documentElement;
const current = () => root.dataset.theme ?? "";

function label() {
  button.setAttribute("aria-label", `Appearance: ${NAMES[current()]}`);
  button.title = `Appearance: ${NAMES[current()]}`;
}

label();
button.addEventListener("click", () => {
  const next = NEXT[current()];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  remember("theme", next || null);
  label();
});
