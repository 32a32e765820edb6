"""Limits on the cost of comparing two revisions."""

# In steps: one compares two characters, and five million take about a millisecond. rapidfuzz holds the GIL during a
# comparison, so each single one is limited, too.
LARGEST = 50_000_000
ALIGNING = 2_000_000_000
ANCHORS, EACH_ANCHOR = 2_500_000_000, 2_000_000


def partial_match_steps(shorter: int, longer: int) -> int:
    """The steps in the worst case to find a text of one length in any part of a longer one."""
    return shorter * shorter * longer // 10


class Budget:
    """The steps that are left."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def allows(self, steps: int) -> bool:
        """Whether so many steps in one comparison are allowed. If so, they are subtracted."""
        if steps > min(LARGEST, self.left):
            return False
        self.left -= steps
        return True
