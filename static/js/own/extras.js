// Loaded when it is first needed (../extras.js): cards about members and quotes, and sharing.
export { card } from "./cards.js";
export { offer, share } from "./sharing.js";
