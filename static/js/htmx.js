import htmx from "htmx.org/dist/htmx.esm.js";

// We never push addresses from script, so going back is the browser's own business.
htmx.config.history = false;
htmx.config.includeIndicatorCSS = false;
// Settling copies style attributes, of a resized textarea for one, which the pages' policy forbids. We animate in CSS alone.
htmx.config.defaultSettleDelay = 0;

export default htmx;
