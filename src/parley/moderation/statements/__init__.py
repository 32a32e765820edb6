"""What moderators do with statements: the page of a thread's deck, merging, and removing one alone."""
