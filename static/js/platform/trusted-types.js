// Pages forbid turning strings into markup (require-trusted-types-for). This policy lets htmx create markup, but no script.
import htmx from "./htmx.js";

const rules = { createHTML: (html) => html, createScript: () => "" };
const policy = globalThis.trustedTypes?.createPolicy("htmx", rules) ?? rules;

htmx.registerExtension("trusted-types", { init: (api) => api.initSecurity(policy) });
