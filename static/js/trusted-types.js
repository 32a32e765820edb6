// The pages forbid strings that become markup (require-trusted-types-for). htmx may make markup, never script.
import htmx from "./htmx.js";

const rules = { createHTML: (html) => html, createScript: () => "" };
const policy = globalThis.trustedTypes?.createPolicy("htmx", rules) ?? rules;

htmx.registerExtension("trusted-types", { init: (api) => api.initSecurity(policy) });
