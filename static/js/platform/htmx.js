import htmx from "htmx.org/dist/htmx.esm.js";

// htmx pushes no addresses (navigation.js does), so it need not handle the Back button.
htmx.config.history = false;
htmx.config.includeIndicatorCSS = false;
// Settling copies style attributes, such as that of a resized textarea, which the content security policy forbids.
htmx.config.defaultSettleDelay = 0;

export default htmx;
