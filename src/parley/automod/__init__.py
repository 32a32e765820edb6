"""Automatic rules on what is posted, and slow mode: they hold, flag, fold and slow, and decide nothing.

`conditions` and `evaluate` are pure; `checks` runs them before a comment is posted, `edits` before one is changed, and
`acting` does what follows in that transaction; `backtest` runs the same functions over the last month.
"""
