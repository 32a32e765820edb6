"""Automatic rules on what is posted, and the brake on heated talk: they hold, flag, fold and slow, and decide nothing.

`conditions` and `evaluate` are pure; `checks` runs them inside the posting transaction; `backtest` runs the same
functions over what was posted in the last month.
"""
