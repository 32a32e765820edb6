// Loaded when it is first needed (../extras.js): cards about members and quotes, sharing, quoting, selecting by keyboard.
export { card } from "./cards.js";
export { offer, share } from "./sharing.js";
export { offerQuote } from "./quoting.js";
export { select } from "./selecting.js";
