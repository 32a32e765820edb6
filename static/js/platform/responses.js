// htmx would swap every response into the page, also redirects and error pages. Here the browser follows a redirect, and
// an error becomes a notice beside what was clicked, so that typed text stays.
import htmx from "./htmx.js";
import { clearNotice, FOR_PAGE, showNotice } from "./page.js";
import { sentence } from "./sentences.js";

const SELF_RETRYING = "#live, #progress, .names"; // these retry by themselves
const ERROR_CLASS = "error-note"; // of templates/platform/errors/_error.html

htmx.registerExtension("answers", {
  htmx_before_request(source, { ctx }) {
    Object.assign(ctx.request.headers, FOR_PAGE);
    clearNotice(source);
  },
  htmx_before_response(source, { ctx }) {
    const { raw } = ctx.response;
    if (!raw.redirected) return;
    location.assign(raw.url);
    return false;
  },
  htmx_after_request(source, { ctx }) {
    if (ctx.response.status < 400 || source.id === "progress") return;
    // A form that is returned with its mistakes replaces the one that was sent, whatever its target was.
    if (source.matches("form") && ctx.text.includes("<form")) return void (ctx.hx.retarget = undefined);
    if (source.formAction && ctx.text.includes(ERROR_CLASS)) return; // a preview shows its error itself
    if (!source.matches(SELF_RETRYING)) showNotice(source, errorText(ctx.text) || sentenceFor("broken", source));
    return false;
  },
  htmx_error(source, { ctx }) {
    if (ctx && !source.matches(SELF_RETRYING)) showNotice(source, sentenceFor("unreachable", source));
  },
});

const sentenceFor = (fault, source) => sentence(source.closest("form") ? `${fault}-typed` : fault);

/** Return the sentence of an error fragment; "" for a whole page, which comes from a proxy. */
export function errorText(html) {
  if (/<(!doctype|html)/i.test(html)) return "";
  const text = html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
  const plain = text.replace(/&#39;/g, "’").replace(/&quot;|&#34;/g, "”").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  return plain;
}
