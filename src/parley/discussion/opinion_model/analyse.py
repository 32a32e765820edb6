"""The analysis of a thread's answers: fit, gate, groups, verdicts."""

from collections.abc import Mapping

import msgspec
import numpy as np

from parley.discussion.opinion_model import gate as gates
from parley.discussion.opinion_model import groups as grouping
from parley.discussion.opinion_model import results, style
from parley.discussion.opinion_model.analysis import Analysis, Gate, Parameters, Reason, Verdict, Votes
from parley.discussion.opinion_model.copies import copies
from parley.discussion.opinion_model.fit import Fit, fit, mirror, place
from parley.discussion.opinion_model.groups import letters
from parley.discussion.opinion_model.matrix import Floats, Matrix

# The gate is measured again when the answers have grown or shrunk by this part.
MEASURED_AGAIN = 0.1


def analyse(
    votes: Votes, *, seed: int, previous: Analysis | None = None, shown: Mapping[str, Verdict] | None = None
) -> Analysis:
    """Return the map of a thread, or why there is none.

    The fit starts from the `previous` analysis, which also keeps its letters. A gate closes, and a verdict that readers
    see now (`shown`) ends, at a lower threshold than it began.
    """
    whole = Matrix.of(votes)
    matrix = whole.only(~copies(whole, seed)[whole.member]).well_answered()
    gate = _measure(matrix, seed, previous)
    reason = gates.reason(gate, was_open=was_open(previous))
    if reason is None:
        fitted = _fit(matrix, gate, seed, previous)
        gate = msgspec.structs.replace(
            gate, unsure=style.unsure(matrix, fitted, 0), popularity=style.popularity(matrix, fitted, 0)
        )
        reason = style.reason(gate)
        if reason is None:
            return _open(whole, matrix, gate, fitted, seed, previous, shown or {})
    return _silent(whole, matrix, gate, reason, previous, shown or {})


def was_open(previous: Analysis | None) -> bool:
    return previous is not None and previous.state == "open"


def _measure(matrix: Matrix, seed: int, previous: Analysis | None) -> Gate:
    """Return the gate, measured anew only if the number of answers changed enough."""
    if not gates.is_enough(matrix):
        return gates.too_few(matrix)
    if previous is not None and previous.gate.map is not None:
        change = abs(len(matrix) - previous.gate.answers) / previous.gate.answers
        if change < MEASURED_AGAIN:
            return previous.gate
    return gates.measure(matrix, seed, was_open=was_open(previous))


def _fit(matrix: Matrix, gate: Gate, seed: int, previous: Analysis | None) -> Fit:
    """Return the fit with two axes if the second adds to the first and is one of opinions, else with one."""
    parameters = previous.parameters if previous else None
    if gates.has_second_axis(gate, had_it=previous is not None and previous.axes > 1):
        fitted = _fit_axes(matrix, 2, seed, parameters)
        if style.is_opinion(matrix, fitted, 1):
            return fitted
    return _fit_axes(matrix, 1, seed, parameters)


def _fit_axes(matrix: Matrix, axes: int, seed: int, parameters: Parameters | None) -> Fit:
    """Return the fit, warm if there is an earlier one with as many axes, whose directions it then keeps."""
    warm = _warm(matrix, axes, parameters)
    fitted = fit(matrix, axes, seed, warm)
    fitted.members = place(matrix, fitted)
    if warm is not None:
        agreement = np.nansum(warm[:, :-1] * fitted.statements.vectors, axis=0)
        mirror(fitted, np.where(agreement < 0, -1.0, 1.0))
    return fitted


def _warm(matrix: Matrix, axes: int, parameters: Parameters | None) -> Floats | None:
    """Return each statement's earlier loadings and mean, NaN where it is new."""
    earlier = parameters.statements if parameters else {}
    known = [earlier.get(name) for name in matrix.statements]
    if not any(parameters is not None and len(parameters.loadings) >= axes for parameters in known):
        return None
    unknown = [np.nan] * (axes + 1)
    return np.array([[*parameters.loadings[:axes], parameters.mean] if parameters else unknown for parameters in known])


def _open(
    whole: Matrix,
    matrix: Matrix,
    gate: Gate,
    fitted: Fit,
    seed: int,
    previous: Analysis | None,
    shown: Mapping[str, Verdict],
) -> Analysis:
    groups = grouping.find(matrix, fitted, seed)
    earlier = previous.parameters if previous else None
    names = letters(fitted, matrix.statements, groups, earlier) if groups else []
    if groups:
        groups, names = groups.ordered(np.argsort(names)), sorted(names)
    results_by_statement, typical = results.statements(whole, matrix, groups, names, shown)
    return Analysis(
        state="open",
        reason=None,
        gate=gate,
        axes=fitted.axes,
        members=results.members(whole, matrix, fitted, groups, names),
        statements=results_by_statement,
        representative=typical,
        parameters=results.parameters(matrix, fitted, groups, names),
    )


def _silent(
    whole: Matrix,
    matrix: Matrix,
    gate: Gate,
    reason: Reason,
    previous: Analysis | None,
    shown: Mapping[str, Verdict],
) -> Analysis:
    """Return an analysis without a map. It keeps the earlier parameters, so that letters outlive the silence."""
    statements, _ = results.statements(whole, matrix, None, [], shown)
    return Analysis("silent", reason, gate, 0, (), statements, {}, previous.parameters if previous else None)
