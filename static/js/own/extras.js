// Loaded when it is first needed (../extras.js): cards about members and quotes, sharing, what is offered for selected
// words, selecting by keyboard.
export { card } from "./cards.js";
export { offer, share } from "./sharing.js";
export { offerAnswer } from "./respond.js";
export { offerQuote } from "./quoting.js";
export { select } from "./selecting.js";
