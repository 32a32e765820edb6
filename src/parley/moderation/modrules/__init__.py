"""The pages on which moderators write, test, switch and order automatic rules."""
