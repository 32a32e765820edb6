"""Automatic rules: they can hold, flag, collapse, slow and notify. Only moderators remove comments or ban members.

`matching` finds which rules match. `checks` runs it before a comment is posted, `edits` before one is
changed; `acting` applies the matches in that transaction.
"""
