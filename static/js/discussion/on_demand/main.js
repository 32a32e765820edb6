// Loaded when first needed (discussion/extras.js): hover cards, sharing, responding to and quoting selected words, selecting by
// keyboard, and a revision of the article.
export { scheduleCard } from "./cards.js";
export { offerShare, share } from "./sharing.js";
export { offerAnswer } from "./respond.js";
export { fetchRevision } from "./revision.js";
export { offerQuote } from "./quoting.js";
export { select } from "./selecting.js";
