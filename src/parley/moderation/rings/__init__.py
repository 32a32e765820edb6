"""Voting rings: groups of members whose votes go to each other. The worker finds them; moderators judge them."""
