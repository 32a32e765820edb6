"""Limits on the cost of comparing two revisions."""

# In steps: one compares two characters, and five million take about a millisecond. rapidfuzz holds the GIL during a
# comparison, so each single one is limited, too.
LARGEST = 50_000_000
ALIGNING = 2_000_000_000
ANCHORS, EACH_ANCHOR = 2_500_000_000, 2_000_000
# Nobody can write in a thread while its anchors are searched for: about a second, however many there are.
ALL_ANCHORS = 5_000_000_000


def partial_match_steps(shorter: int, longer: int) -> int:
    """The steps in the worst case to find a text of one length in any part of a longer one."""
    return shorter * shorter * longer // 10


class Budget:
    """The steps that are left."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        # Whether more was asked for than was left.
        self.is_spent = False

    def allows(self, steps: int) -> bool:
        """Whether one comparison may take this many steps. If so, they are subtracted."""
        self.is_spent = self.is_spent or self.left < steps <= LARGEST
        if self.is_spent or steps > LARGEST:
            return False
        self.left -= steps
        return True


def for_anchors(many: int) -> Budget:
    """The budget of the search for this many anchors in one revision."""
    return Budget(min(ANCHORS + EACH_ANCHOR * many, ALL_ANCHORS))
