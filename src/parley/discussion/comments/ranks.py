"""The formulas of a comment's ranks. They are generated columns, so they always agree with the counters.

`best` is the lower bound of the share of readers who find a comment worth reading (Wilson 1927), from 0 to 1: with
u ups and d downs, n = u + d, and z the one-sided 90 % quantile of the normal distribution (as old Reddit and Lobsters
use it), it is (u + z²/2 - z sqrt(u d / n + z²/4)) / (n + z²). One vote each way is added, so that a single first vote
does not move a comment to the top or the bottom.

`controversial` is high if many voted and disagreed: old Reddit's formula, votes to the power of the balance.
"""

# float8 throughout: with numeric, the type of literals, the formulas take ten times as long.
UPS, DOWNS = "(base_ups + ups)::float8", "(base_downs + downs)::float8"
U, D = f"({UPS} + 1)", f"({DOWNS} + 1)"
N = f"({U} + {D})"
Z = "float8 '1.281551565545'"

BEST = f"({U} + {Z} * {Z} / 2 - {Z} * sqrt({U} * {D} / {N} + {Z} * {Z} / 4)) / ({N} + {Z} * {Z})"
CONTROVERSIAL = f"""case when {UPS} > 0 and {DOWNS} > 0
  then power({UPS} + {DOWNS}, least({UPS}, {DOWNS}) / greatest({UPS}, {DOWNS})) else 0 end"""
