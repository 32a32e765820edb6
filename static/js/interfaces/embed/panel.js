// Above everything else, and in its place whatever the page does with its root element (zoom, transform, contain).
export function raise(element) {
  if (!element.showPopover) return;
  element.popover = "manual";
  if (!element.matches(":popover-open")) element.showPopover();
}

// The discussion: a frame of the forum's origin, beside the article or as a sheet. Its size does not depend on its
// content, so nothing in the page moves.
export class Panel {
  constructor(root, origin, words, { place = root, below = false, onMessage }) {
    this.origin = origin;
    this.words = words;
    this.place = place;
    this.below = below;
    this.onMessage = onMessage;
    addEventListener("message", (event) => this.receive(event));
    addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
  }

  // Show `address`, at a passage if there is one. `opener` gets the focus back; `room` is the width beside the text, which
  // stays readable if that is possible.
  open(address, passage, opener, room) {
    this.opener = opener;
    if (!this.frame) this.make(address, passage);
    else this.send("passage", passage);
    if (room) this.box.style.setProperty("--room", `${room}px`);
    this.box.hidden = false;
    if (!this.below) raise(this.box);
    this.send("seen", true);
    if (!this.below) this.frame.focus({ preventScroll: true });
  }

  make(address, passage) {
    const url = new URL(address);
    if (passage) url.searchParams.set("passage", passage.lineage);
    this.asked = passage;
    this.box = document.createElement("section");
    this.box.className = this.below ? "panel below" : "panel";
    this.box.setAttribute("aria-label", this.words.title);
    this.frame = document.createElement("iframe");
    this.frame.title = this.words.title;
    this.frame.referrerPolicy = "strict-origin";
    // Its name is what it knows before it draws anything.
    this.frame.name = JSON.stringify(this.look ?? {});
    if (this.below) this.frame.loading = "lazy";
    this.frame.addEventListener("load", () => this.loaded());
    this.frame.src = url.href;
    this.box.append(this.frame);
    this.place.append(this.box);
  }

  // Focus given to a frame is lost when it loads another document.
  loaded() {
    this.frame.classList.add("loaded");
    this.send("hello", !this.below);
    this.send("seen", !this.box.hidden);
    if (this.asked?.responds) this.send("passage", this.asked);
    this.asked = null;
    if (this.place.activeElement !== this.frame) return;
    this.frame.blur();
    this.frame.focus({ preventScroll: true });
  }

  adoptLook(look) {
    this.look = look;
    if (this.frame) this.send("look", look);
  }

  // How many pixels of the page it covers at the side.
  covers() {
    return this.below || !matchMedia("(min-width: 1024px)").matches ? 0 : this.box.offsetWidth;
  }

  close() {
    if (this.below || !this.box || this.box.hidden) return;
    this.box.hidden = true;
    this.send("seen", false);
    this.onMessage("closed");
    this.opener?.focus({ preventScroll: true });
  }

  // Remove the frame: the page shows another article now.
  forget() {
    this.box?.remove();
    this.box = this.frame = undefined;
  }

  // Before it is loaded, the frame is a page of the publisher's origin.
  send(parley, value) {
    if (this.frame.classList.contains("loaded")) this.frame.contentWindow?.postMessage({ parley, value }, this.origin);
  }

  receive({ source, origin, data }) {
    if (origin !== this.origin || source !== this.frame?.contentWindow || typeof data?.parley !== "string") return;
    if (data.parley === "close") this.close();
    else this.onMessage(data.parley, data.value);
  }
}
