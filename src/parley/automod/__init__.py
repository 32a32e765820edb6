"""Automatic rules: they can hold, flag, collapse, slow and notify. Only moderators remove comments or ban members.

`rules/conditions` and `rules/evaluate` are pure. `checks` runs them before a comment is posted, `edits` before one is
changed; `acting` applies the matches in that transaction.
"""
