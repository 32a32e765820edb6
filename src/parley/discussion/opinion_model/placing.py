"""Places one member by their own answers, and chooses what to ask them next.

It is pure Python, because web processes do without numpy. The arithmetic is that of `fit.py` for one
member; `groups.py` places all members at once.
"""

from collections.abc import Mapping
from math import dist, erf, exp, log, sqrt
from random import Random

import msgspec

from parley.discussion.opinion_model.analysis import MixtureComponent, Parameters, StatementParameters

# A member counts in a group's tallies from the first probability on, and is told so from the second.
COUNTED_PROBABILITY, SHOWN_PROBABILITY = 0.8, 0.9
_random = Random(1)  # noqa: S311 points of a normal distribution, no secret
# With three or four groups, probabilities are shares of these draws from the posterior.
DRAWS = [(_random.gauss(0, 1), _random.gauss(0, 1)) for _ in range(200)]

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


class Placement(msgspec.Struct, frozen=True):
    """A member's posterior: mean and covariance of (position, intercept), and each group's probability."""

    mean: Vector
    covariance: Matrix
    groups: dict[str, float]

    @property
    def position(self) -> Vector:
        return self.mean[:-1]

    @property
    def sd(self) -> Vector:
        return tuple(sqrt(self.covariance[axis][axis]) for axis in range(len(self.mean) - 1))


def place(parameters: Parameters, answers: Mapping[str, int]) -> Placement:
    """Return where a member stands who gave these answers by statement; unknown statements say nothing."""
    known = [(parameters.statements[key], value) for key, value in answers.items() if key in parameters.statements]
    size = _axes(parameters) + 1
    precision = [[0.0] * size for _ in range(size)]
    shift = [0.0] * size
    for statement, value in known:
        _add(statement, value, precision, shift)
    covariance = _inverse(_with_prior(precision, parameters))
    mean = tuple(sum(c * s for c, s in zip(row, shift, strict=True)) / parameters.noise for row in covariance)
    return Placement(mean, covariance, probabilities(parameters, mean[:-1], covariance))


def information(parameters: Parameters, place: Placement) -> dict[str, float]:
    """Return for each statement how much its answer depends on what is unknown of the position: w'Cw."""
    return {key: _spread(statement.loadings, place.covariance) for key, statement in parameters.statements.items()}


def probabilities(parameters: Parameters, position: Vector, covariance: Matrix) -> dict[str, float]:
    """Return each group's probability, given the posterior of a position.

    Of two groups, that of being on its side of the middle between the centres; of more, the share of draws nearest.
    """
    centres = parameters.centres
    if not centres:
        return {}
    if len(centres) == 2:  # noqa: PLR2004
        return _by_side(parameters, position, covariance)
    root = _cholesky(covariance)
    nearest = [_nearest(centres, _move(position, root, draw)) for draw in DRAWS]
    return {letter: nearest.count(letter) / len(DRAWS) for letter in centres}


def _axes(parameters: Parameters) -> int:
    return max((len(statement.loadings) for statement in parameters.statements.values()), default=0)


def _add(statement: StatementParameters, value: int, precision: list[list[float]], shift: list[float]) -> None:
    """Add E[d d'] and E[d (v - m)] of one answer, d = (loadings, 1), to the sums."""
    d = (*statement.loadings, 1.0)
    size, last = len(d), len(d) - 1
    for row in range(size):
        for column in range(size):
            uncertain = last not in (row, column)
            precision[row][column] += d[row] * d[column]
            precision[row][column] += statement.covariance[row * size + column] if uncertain else 0.0
        shift[row] += d[row] * (value - statement.mean)
        shift[row] -= statement.covariance[row * size + last] if row != last else 0.0


def _with_prior(precision: list[list[float]], parameters: Parameters) -> list[list[float]]:
    last = len(precision) - 1
    for row in range(last + 1):
        precision[row] = [value / parameters.noise for value in precision[row]]
        precision[row][row] += 1 / parameters.intercepts if row == last else 1.0
    return precision


def _inverse(matrix: list[list[float]]) -> Matrix:
    """Invert a small symmetric positive definite matrix by Gauss-Jordan elimination, which then needs no pivoting."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for pivot in range(size):
        rows[pivot] = [value / rows[pivot][pivot] for value in rows[pivot]]
        for other in range(size):
            if other != pivot:
                factor = rows[other][pivot]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[pivot], strict=True)]
    return tuple(tuple(row[size:]) for row in rows)


def _spread(direction: Vector, covariance: Matrix) -> float:
    axes = range(len(direction))
    return sum(direction[i] * covariance[i][j] * direction[j] for i in axes for j in axes)


def _by_side(parameters: Parameters, position: Vector, covariance: Matrix) -> dict[str, float]:
    """Return the probabilities of two groups; `mixture.py` says how members are spread between them."""
    (first, a), (second, b) = parameters.centres.items()
    length = dist(a, b)
    along = tuple((q - p) / length for p, q in zip(a, b, strict=True))
    middle = sum(d * (p + q) / 2 for d, p, q in zip(along, a, b, strict=True))
    variance = _spread(along, covariance)
    mean = sum(d * x for d, x in zip(along, position, strict=True)) - middle
    precision, shift = max(1 / variance - 1, 0.0), mean / variance + middle
    parts = [_update(part, precision, shift) for part in parameters.parts]
    most = max(part.share for part in parts)
    weights = [exp(part.share - most) for part in parts]
    above = [(1 + erf(part.centre / sqrt(2 * part.variance))) / 2 for part in parts]
    share = sum(weight * value for weight, value in zip(weights, above, strict=True)) / sum(weights)
    return {first: 1 - share, second: share}


def _update(part: MixtureComponent, precision: float, shift: float) -> MixtureComponent:
    """Return one part of the posterior, given answers of this precision and mean times it; its share is a logarithm."""
    variance = 1 / (1 / part.variance + precision)
    mean = variance * (part.centre / part.variance + shift)
    logarithm = log(part.share) + log(variance / part.variance) / 2
    logarithm += mean**2 / variance / 2 - part.centre**2 / part.variance / 2
    return MixtureComponent(logarithm, mean, variance)


def _cholesky(covariance: Matrix) -> Matrix:
    first = sqrt(covariance[0][0])
    below = covariance[1][0] / first
    return ((first, 0.0), (below, sqrt(covariance[1][1] - below**2)))


def _move(position: Vector, root: Matrix, draw: Vector) -> Vector:
    return tuple(x + sum(r * d for r, d in zip(row, draw, strict=True)) for x, row in zip(position, root, strict=True))


def _nearest(centres: Mapping[str, Vector], position: Vector) -> str:
    def distance(letter: str) -> float:
        return sum((x - c) ** 2 for x, c in zip(position, centres[letter], strict=True))

    return min(centres, key=distance)
