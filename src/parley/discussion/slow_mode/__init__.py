"""Slow mode in heated discussions: the hotter a branch or thread, the longer a member waits between two comments.

`heat` measures the last half hour, `rules` derives the waits from it, `display` shows readers where slow mode is on.
Slow mode looks at discussions, not at people: nobody's record counts, and staff are exempt.
"""
