// What only moderators load: keys for the queue, what the others do, the seconds in which a decision can be taken back.
import "./keys.js";
import "./others.js";
import "./undo.js";
