// The colours, fonts and corners of the publisher's page, in which the panel appears. A canvas reads colours in all
// notations.
import { contrast } from "./colors.js";

const READABLE = 4.5;
// Characters of a paragraph of the text.
const LEAST = 120;
const GENERIC = /\b(serif|sans-serif|monospace|system-ui|ui-serif|ui-sans-serif|ui-rounded)\s*$/;
const SERIF = /serif|times|georgia|garamond|palatino|baskerville|caslon|merriweather|lora|playfair|minion|tiempos|charter/i;
const SANS = /sans|grotes|helvet|arial|inter|roboto/i;
let canvas;

function parse(color) {
  canvas ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return { color: [red, green, blue], alpha };
}

// What is behind an element: the nearest background, else that of the browser's page.
function paperOf(element, root) {
  for (let one = element; one; one = one.parentElement) {
    const { color, alpha } = parse(getComputedStyle(one).backgroundColor);
    if (alpha > 200) return color;
  }
  const probe = document.createElement("i");
  probe.className = "canvas";
  probe.style.colorScheme = getComputedStyle(document.documentElement).colorScheme;
  root.append(probe);
  const { color } = parse(getComputedStyle(probe).backgroundColor);
  probe.remove();
  return color;
}

function fontOf(element) {
  const names = getComputedStyle(element).fontFamily;
  if (GENERIC.test(names)) return names;
  return `${names}, ${SERIF.test(names) && !SANS.test(names) ? "serif" : "sans-serif"}`;
}

export function lookOf(article, root) {
  const paragraphs = [...(article?.querySelectorAll("p") ?? [])];
  // Bylines and captions may have other colours than the text.
  const text = paragraphs.find((one) => one.textContent.length > LEAST) ?? paragraphs[0] ?? article ?? document.body;
  const link = article?.querySelector("p a[href]");
  const corners = document.querySelector("body button, body input:not([type=hidden]), body .button");
  const look = { serif: fontOf(text), sans: fontOf(document.querySelector("header, nav, footer") ?? document.body) };
  const ink = parse(getComputedStyle(text).color).color;
  const paper = paperOf(text, root);
  if (corners) look.radius = Number.parseFloat(getComputedStyle(corners).borderStartStartRadius) || 0;
  // Words on a picture have no colour behind them that could be read.
  if (contrast(ink, paper) < READABLE) return look;
  return { ...look, ink, paper, link: link ? parse(getComputedStyle(link).color).color : ink };
}

// Whether light words are on a dark page, whatever the reader prefers elsewhere.
export function isDark(article) {
  const { color } = parse(getComputedStyle(article ?? document.body).color);
  return contrast(color, [0, 0, 0]) > contrast(color, [255, 255, 255]);
}
