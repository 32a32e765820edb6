"""How a document is set: the size of its text, the distance of its lines, whether its paragraphs are indented."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from parley.extraction.pdf.words import Line


class Typography(msgspec.Struct, frozen=True):
    """`size` is that of the text, `leading` the distance of its lines, in points."""

    size: float
    leading: float
    has_indents: bool

    def leading_of(self, size: float) -> float:
        """The distance of lines in another size."""
        return self.leading * max(size / self.size, 0.75)


def typography_of(lines: Sequence[Line]) -> Typography:
    sizes, steps = Counter[float](), Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    size = max(sizes.most_common(1)[0][0] if sizes else 10.0, 1.0)
    indents = 0
    for last, line in pairwise(lines):
        step = line.baseline - last.baseline
        if last.page == line.page and last.size == line.size == size and 0 < step < 3 * size:
            steps[round(step * 2) / 2] += 1
            indents += size < line.left - line.left_margin < 4 * size and abs(last.left - last.left_margin) < 1
    leading = steps.most_common(1)[0][0] if steps else 1.2 * size
    return Typography(size, leading, has_indents=indents > 0.03 * len(lines))
