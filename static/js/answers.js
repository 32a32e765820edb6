// htmx puts every answer where the form stands, a redirected page or an error page too. Not here:
// a redirect is followed by the window, an error becomes a note beside what was clicked, and what was typed stays.
import htmx from "./htmx.js";
import { hush, tell } from "./page.js";
import { sentence } from "./sentences.js";

const OWN = "#live, #progress, .names"; // these ask again by themselves
const NOTE = "error-note"; // what errors/_error.html is known by

htmx.registerExtension("answers", {
  htmx_before_request(source) {
    hush(source);
  },
  htmx_before_response(source, { ctx }) {
    const { raw } = ctx.response;
    if (!raw.redirected) return;
    location.assign(raw.url);
    return false;
  },
  htmx_after_request(source, { ctx }) {
    if (ctx.response.status < 400 || source.id === "progress") return;
    // A form that comes back with what is wrong beside each field goes where it came from, whatever its block is called.
    if (source.matches("form") && ctx.text.includes("<form")) return void (ctx.hx.retarget = undefined);
    if (source.formAction && ctx.text.includes(NOTE)) return; // a preview says in its place what it cannot show
    if (!source.matches(OWN)) tell(source, words(ctx.text) || after("broken", source));
    return false;
  },
  htmx_error(source, { ctx }) {
    if (ctx && !source.matches(OWN)) tell(source, after("unreachable", source));
  },
});

const after = (fault, source) => sentence(source.closest("form") ? `${fault}-typed` : fault);

/** The sentence in an error fragment, or nothing: a whole error page from a proxy has no words for our readers. */
export function words(html) {
  if (/<(!doctype|html)/i.test(html)) return "";
  const text = html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
  const plain = text.replace(/&#39;/g, "’").replace(/&quot;|&#34;/g, "”").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  return plain;
}
