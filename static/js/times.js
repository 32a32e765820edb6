// "5 min" stays true while the page is open; the pointer is told the hour in its own time zone.
import { sentence } from "./sentences.js";

const UNITS = [[3600, 60, "min"], [86_400, 3600, "h"], [30 * 86_400, 86_400, "d"]];
const TIMES = ".comment-head time, time.ago";

function words(seconds) {
  if (seconds < 60) return sentence("now");
  const [, size, unit] = UNITS.find(([limit]) => seconds < limit) ?? [];
  return unit && sentence(unit).replace("{count}", Math.floor(seconds / size));
}

setInterval(() => {
  if (document.hidden) return;
  for (const time of document.querySelectorAll(TIMES)) {
    const text = words((Date.now() - Date.parse(time.dateTime)) / 1000);
    if (text && time.textContent !== text) time.textContent = text;
  }
}, 60_000);

document.addEventListener("pointerover", ({ target }) => {
  if (target.matches?.("time")) target.title = new Date(target.dateTime).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
});

// The form for signing up takes the zone along.
const zone = document.querySelector("[name=zone][type=hidden]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
