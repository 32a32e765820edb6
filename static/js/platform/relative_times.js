// Updates relative times ("5 min") while the page is open. Hovering shows the time in the reader's time zone.
import { sentence } from "./sentences.js";

const UNITS = [[3600, 60, "min"], [86_400, 3600, "h"], [30 * 86_400, 86_400, "d"]];
const TIMES = ".comment-head time, time.ago";

function ageOf(seconds) {
  if (seconds < 60) return sentence("now");
  const [, size, unit] = UNITS.find(([limit]) => seconds < limit) ?? [];
  return unit && sentence(unit).replace("{count}", Math.floor(seconds / size));
}

function update() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll(TIMES)) {
    const text = ageOf((Date.now() - Date.parse(time.dateTime)) / 1000);
    if (text && time.textContent !== text) time.textContent = text;
  }
}

setInterval(update, 60_000);
document.addEventListener("visibilitychange", update);

document.addEventListener("pointerover", ({ target }) => {
  if (target.matches?.("time")) target.title = new Date(target.dateTime).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
});

// The sign-up form sends the reader's time zone.
const zone = document.querySelector("[name=zone][type=hidden]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
