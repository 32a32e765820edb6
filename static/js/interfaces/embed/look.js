// Shows the panel in the colours, fonts and corners of the publisher's page. Only the stance colours are ours.
import { contrast, mixed } from "./colors.js";

const READABLE = 4.5;
const OURS = ["supports", "challenges", "adds", "asks", "danger"];
const FONTS = /^[\w\s"',.-]{1,300}$/;
const style = document.documentElement.style;
const isColor = (one) => Array.isArray(one) && one.length === 3 && one.every((part) => part >= 0 && part <= 255);
const css = (color) => `rgb(${color.map(Math.round).join(" ")})`;

export function adoptLook(given) {
  let look = given;
  try {
    if (typeof given === "string") look = JSON.parse(given);
  } catch {
    return;
  }
  if (look && isColor(look.paper) && isColor(look.ink) && contrast(look.paper, look.ink) >= READABLE) adoptColors(look);
  for (const name of ["serif", "sans"]) if (FONTS.test(look?.[name] ?? "")) style.setProperty(`--${name}`, look[name]);
  if (look?.radius >= 0) style.setProperty("--r", `${Math.min(look.radius, 12)}px`);
}

function adoptColors({ paper, ink, link }) {
  const part = (share) => css(mixed(paper, ink, share));
  const accent = isColor(link) && contrast(link, paper) >= READABLE ? link : ink;
  style.setProperty("color-scheme", contrast(paper, [0, 0, 0]) < contrast(paper, [255, 255, 255]) ? "dark" : "light");
  const tokens = { paper: css(paper), card: css(paper), ink: css(ink), accent: css(accent), rule: part(0.14), edge: part(0.5), margin: part(0.05) };
  tokens.soft = css(readable(mixed(paper, ink, 0.72), paper, ink));
  tokens.glow = css(mixed(paper, accent, 0.1));
  for (const [name, value] of Object.entries(tokens)) style.setProperty(`--${name}`, value);
  for (const name of OURS) style.removeProperty(`--${name}`);
  for (const name of OURS) style.setProperty(`--${name}`, css(readable(colorOf(name), paper, ink)));
}

function colorOf(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const [, ...parts] = /rgba?\((\d+), (\d+), (\d+)/.exec(getComputedStyle(probe).color) ?? [0, 0, 0, 0];
  probe.remove();
  return parts.map(Number);
}

// A colour, mixed with the ink until it can be read on this paper.
function readable(color, paper, ink) {
  let share = 0;
  let shown = color;
  while (contrast(shown, paper) < READABLE && share < 1) shown = mixed(color, ink, (share += 0.1));
  return shown;
}
