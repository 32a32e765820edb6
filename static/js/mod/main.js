// What only moderators load: keys for the queue, who looks at what, the seconds in which a decision can be taken back.
import "./keys.js";
import "./looks.js";
import "./undo.js";
