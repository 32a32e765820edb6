"""What the comparison of two revisions may cost, whatever they say."""

# One step compares one character with one other; 5 million take about a millisecond. rapidfuzz holds the GIL while it
# compares, so no single comparison may take more than the first of these.
LARGEST = 50_000_000
ALIGNING = 2_000_000_000
ANCHORS, EACH_ANCHOR = 2_500_000_000, 2_000_000


def at_every_place(shorter: int, longer: int) -> int:
    """The steps that it takes at worst to try a text of one length at every place of another one."""
    return shorter * shorter * longer // 10


class Budget:
    """The steps that may still be made."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def allows(self, steps: int) -> bool:
        """Whether so many steps may be made in one go; if so, they are paid for."""
        if steps > min(LARGEST, self.left):
            return False
        self.left -= steps
        return True
