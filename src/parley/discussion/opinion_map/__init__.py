"""Maps of threads: what the worker works out of members' answers, and what readers see of it."""
