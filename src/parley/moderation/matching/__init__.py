"""Which automatic rules match a text: their conditions, what these look at, and what evaluating them may cost."""
