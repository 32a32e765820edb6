// The script of the moderation queue: keyboard shortcuts, what other moderators do, and undoing a decision.
import "./keys.js";
import "./others.js";
import "./undo.js";
