import htmx from "htmx.org/dist/htmx.esm.js";

// We never push addresses from script, so going back is the browser's own business.
htmx.config.history = false;
htmx.config.includeIndicatorCSS = false;

export default htmx;
