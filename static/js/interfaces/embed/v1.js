// The script of publishers' pages: <script async src="https://forum.example/embed/v1.js" data-site="…"></script>.
// It reads the page and changes nothing of it. What readers write goes to a frame of the forum's origin.
import { contrast } from "./colors.js";
import { showCounts } from "./counts.js";
import { isDark, lookOf } from "./look_of_page.js";
import { Markers } from "./markers.js";
import { blocks, match } from "./matching.js";
import { Panel, raise } from "./panel.js";
import { highlights, overlay, sheet } from "./styles.js";

const script = document.currentScript;
const { origin } = new URL(script.src);
const { site, article = "main article, article, main", mode = "beside" } = script.dataset;
// The share of passages that must be found. Below it, the page has another text than ours, and gets no markers.
const ENOUGH = 0.6;
const SETTLED_MS = 300;
// Pixels between the article's text and the panel.
const GAP = 8;

// While the forum cannot be reached, the page stays as it is, without an error of ours among the publisher's. What it
// refuses, such as a site that is not registered, concerns who sets up the page.
async function ask(what, urls) {
  const query = new URLSearchParams([["site", site], ["lang", language()], ...urls.map((url) => ["url", url])]);
  const asked = fetch(`${origin}/embed/v1/${what}?${query}`, { credentials: "omit", referrerPolicy: "no-referrer" });
  const answer = await asked.catch(() => null);
  if (answer?.ok) return answer.json();
  if (answer) console.warn(`${origin}: ${(await answer.json()).detail}`);
  return null;
}

function address() {
  const stated = articleRoot()?.dataset.parleyUrl ?? document.querySelector('link[rel="canonical"]')?.href;
  const here = new URL(stated || location.href, location.href);
  here.hash = "";
  return here.href;
}

// Of the article, unless the page asks for another.
const language = () => script.dataset.lang ?? articleRoot()?.closest("[lang]")?.lang ?? "";

// The article whose discussion is open.
let held;

// What the first of the selectors finds that finds something. Of several articles that name their addresses, the one
// that is read: the last that has begun above the middle of the window.
function articleRoot() {
  if (held?.isConnected) return held;
  const all = article.split(",").map((one) => [...document.querySelectorAll(one)]).find((found) => found.length) ?? [];
  const several = all.filter((one) => one.dataset.parleyUrl);
  return several.findLast((one) => one.getBoundingClientRect().top < innerHeight / 2) ?? several[0] ?? all[0];
}

function overlayRoot(scheme) {
  const host = document.createElement("div");
  host.setAttribute("data-parley-overlay", "");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet(overlay), scheme];
  document.documentElement.append(host);
  document.adoptedStyleSheets.push(sheet(highlights));
  return root;
}

class Discussion {
  async start() {
    this.url = address();
    this.page = await ask("page", [this.url]);
    if (!this.page) return false;
    // Of all that the script adds, the frame too.
    this.scheme = sheet("");
    const root = overlayRoot(this.scheme);
    const place = mode === "below" ? document.querySelector("[data-parley-below]") : null;
    const onMessage = (what, value) => this.onMessage(what, value);
    this.panel = new Panel(root, origin, this.page.words, { place: place ?? root, below: Boolean(place), onMessage });
    this.root = root;
    this.markers = new Markers(root, this.page.words, (...chosen) => this.open(...chosen));
    this.opener = this.openButton(root);
    this.adoptColors();
    if (place) this.below(place);
    this.find();
    this.watch();
    return true;
  }

  openButton(root) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "open";
    made.dir = "auto"; // it may be in another language than the page
    made.textContent = this.page.words.open;
    made.addEventListener("click", () => this.open(null, made));
    root.append(made);
    raise(made);
    return made;
  }

  // Inside the publisher's own placeholder, whose height they reserve.
  below(place) {
    const inside = place.shadowRoot ?? place.attachShadow({ mode: "open" });
    inside.adoptedStyleSheets = [sheet(overlay.replace(/:host \{[^}]*\}/, ":host { display: block !important; }")), this.scheme];
    this.panel.place = inside;
    this.opener.hidden = true;
    this.panel.open(this.address(), null, null);
  }

  adoptColors() {
    const look = lookOf(articleRoot(), this.root);
    const colors = ["ink", "paper", "link"].filter((name) => look[name]).map((name) => `--${name}: rgb(${look[name].join(" ")});`);
    const dark = look.paper ? contrast(look.paper, [0, 0, 0]) < contrast(look.paper, [255, 255, 255]) : isDark(articleRoot());
    const fonts = `font-family: ${look.sans.replace(/[;{}!]/g, "")} !important;`;
    this.scheme.replaceSync(`:host { color-scheme: ${dark ? "dark" : "light"} !important; ${fonts} ${colors.join(" ")} }`);
    this.panel.adoptLook(look);
  }

  address() {
    const panel = new URL(this.page.panel);
    panel.searchParams.set("site", site);
    panel.searchParams.set("lang", language());
    if (panel.pathname.endsWith("/new")) panel.searchParams.set("url", this.url);
    return panel.href;
  }

  // `response`: whether the reader wants to respond, and the words that they quote.
  open(passage, opener, response) {
    held = articleRoot();
    this.adoptColors();
    this.markers.open(passage);
    this.panel.open(this.address(), passage && { lineage: passage.lineage, ...response }, opener, this.room());
    this.opener.hidden = !this.panel.below;
    this.markers.cover(this.panel.covers());
    if (this.panel.below) this.panel.box.scrollIntoView({ block: "nearest" });
  }

  // How many pixels are free at the end of the article's lines, where the panel is.
  room() {
    const text = articleRoot()?.querySelector("p");
    if (!text) return 0;
    const { left, right } = text.getBoundingClientRect();
    const free = getComputedStyle(document.documentElement).direction === "rtl" ? left : document.documentElement.clientWidth - right;
    return Math.floor(free - GAP);
  }

  onMessage(what, value) {
    if (what === "closed") {
      held = null;
      this.markers.open(null);
      this.markers.cover(0);
      this.opener.hidden = false;
    } else if (what === "show") this.showPassage(value);
    else if (what === "count" && value !== this.page.count) this.refresh();
  }

  showPassage(lineage) {
    const passage = this.markers.byLineage(lineage);
    if (!passage) return;
    this.markers.open(passage);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.markers.pairs.get(passage).scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }

  async find() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const stale = () => turn !== this.turn;
    const root = articleRoot();
    const found = root ? await blocks(root, stale) : [];
    const pairs = await match(this.page.passages, found, stale);
    if (stale()) return;
    this.markers.show(pairs.size >= ENOUGH * this.page.passages.length ? pairs : new Map());
  }

  async refresh() {
    const page = await ask("page", [this.url]);
    if (!page) return;
    this.page = page;
    this.opener.textContent = page.words.open;
    this.find();
  }

  // Frameworks replace texts, or show another article, without loading a page.
  watch() {
    const later = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.settle(), SETTLED_MS);
    };
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true, characterData: true });
    globalThis.navigation?.addEventListener("navigatesuccess", later);
    addEventListener("popstate", later);
    // To another of several articles.
    addEventListener("scroll", () => address() !== this.url && later(), { capture: true, passive: true });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.adoptColors());
  }

  async settle() {
    await showCounts(ask);
    if (address() === this.url) {
      this.find();
      return;
    }
    this.url = address();
    if (!this.panel.below) this.panel.close();
    this.panel.forget();
    await this.refresh();
    if (this.panel.below) this.panel.open(this.address(), null, null);
  }
}

let discussion;

// Look at the page again: for pages whose scripts put articles or lists there later, or in place of others.
async function reload() {
  if (discussion?.panel) return discussion.settle();
  await showCounts(ask);
  if (discussion || !articleRoot() || script.dataset.only === "counts") return;
  discussion = new Discussion();
  if (!(await discussion.start())) discussion = null;
}

async function begin() {
  // After the page's own scripts have taken over the document.
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
  await reload();
}

if (site && !globalThis.Parley) {
  globalThis.Parley = { reload };
  begin();
}
