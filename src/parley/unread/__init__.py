"""Comments that a member has not read yet, over all threads that they opened, follow or wrote in."""
