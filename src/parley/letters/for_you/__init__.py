"""Comments that a member has not read yet, in all threads that they opened, follow or wrote in."""
