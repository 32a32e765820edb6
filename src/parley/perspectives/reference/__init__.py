"""The arithmetic of Polis and of Community Notes, to compare ours with theirs. No page and no job uses it."""
