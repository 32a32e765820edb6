// htmx puts every answer where the form stands, a redirected page or an error page too. Not here:
// a redirect is followed by the window, an error becomes a note, and what was typed stays where it is.
import htmx from "./htmx.js";
import { say } from "./page.js";

const UNREACHABLE = "The server cannot be reached. What you typed is still here; try again in a moment.";
const BROKEN = "The server could not do that. What you typed is still here; try again in a moment.";
const NOTE = "error-note"; // what errors/_error.html is known by

htmx.registerExtension("answers", {
  htmx_before_response(source, { ctx }) {
    const { raw } = ctx.response;
    if (!raw.redirected) return;
    location.assign(raw.url);
    return false;
  },
  htmx_after_request(source, { ctx }) {
    if (ctx.response.status < 400) return;
    // A form that comes back with what is wrong beside each field goes where it came from, whatever its block is called.
    if (source.matches("form") && ctx.text.includes("<form")) return void (ctx.hx.retarget = undefined);
    if (source.formAction && ctx.text.includes(NOTE)) return; // a preview says in its place what it cannot show
    if (source.id !== "live") say(words(ctx.text));
    return false;
  },
  htmx_error(source, { ctx }) {
    if (source.id !== "live" && ctx) say(UNREACHABLE);
  },
});

/** The sentence in an error fragment; a whole error page from a proxy gets our own words. */
export function words(html) {
  if (/<(!doctype|html)/i.test(html)) return BROKEN;
  const text = html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
  const plain = text.replace(/&#39;/g, "’").replace(/&quot;|&#34;/g, "”").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  return plain || BROKEN;
}
