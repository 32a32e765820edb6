"""What the comparison of two revisions may cost, whatever they say."""

# One step compares one character with one other; 5 million take about a millisecond. rapidfuzz holds the GIL while it
# compares, so no single comparison may take more than the first of these.
LARGEST = 50_000_000
ALIGNING = 2_000_000_000
ANCHORS, EACH_ANCHOR = 2_500_000_000, 2_000_000
# Nobody can write in a thread while its anchors are looked for: about a second, however many there are.
ALL_ANCHORS = 5_000_000_000


def at_every_place(shorter: int, longer: int) -> int:
    """The steps that it takes at worst to try a text of one length at every place of another one."""
    return shorter * shorter * longer // 10


class Budget:
    """The steps that may still be made."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        # Whether it was asked for more than was left.
        self.is_spent = False

    def allows(self, steps: int) -> bool:
        """Whether so many steps may be made in one go; if so, they are paid for."""
        self.is_spent = self.is_spent or self.left < steps <= LARGEST
        if self.is_spent or steps > LARGEST:
            return False
        self.left -= steps
        return True


def for_anchors(many: int) -> Budget:
    """What looking for so many anchors in one revision may cost."""
    return Budget(min(ANCHORS + EACH_ANCHOR * many, ALL_ANCHORS))
