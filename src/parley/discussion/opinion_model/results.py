"""The arrays of an analysis as the structs that others read."""

from collections.abc import Mapping

import numpy as np

from parley.discussion.opinion_model.analysis import (
    COMMON,
    MemberPosition,
    Parameters,
    Shares,
    StatementParameters,
    StatementResult,
    Verdict,
)
from parley.discussion.opinion_model.fit import Fit, place
from parley.discussion.opinion_model.groups import Groups, belonging
from parley.discussion.opinion_model.matrix import Floats, Matrix
from parley.discussion.opinion_model.verdicts import AnswerCounts, Evidence, representative


def parameters(matrix: Matrix, fitted: Fit, groups: Groups | None, letters: list[str]) -> Parameters:
    means, covariances = fitted.statements.mean.T, fitted.statements.covariance.reshape(-1, len(matrix.statements)).T
    statements = {
        name: StatementParameters(float(mean[-1]), _tuple(mean[:-1]), _tuple(covariance))
        for name, mean, covariance in zip(matrix.statements, means, covariances, strict=True)
    }
    centres = dict(zip(letters, map(_tuple, groups.centres), strict=True)) if groups else {}
    return Parameters(statements, fitted.noise, fitted.intercepts, centres, groups.parts if groups else ())


def members(
    whole: Matrix, matrix: Matrix, fitted: Fit, groups: Groups | None, letters: list[str]
) -> tuple[MemberPosition, ...]:
    """Return all voters, placed by their answers to the model's statements, also those with too few to count."""
    everybody = place(whole.onto(matrix.statements), fitted)
    sds = np.sqrt(np.diagonal(everybody.spreads, axis1=1, axis2=2))
    where = belonging(groups.centres, everybody, groups.parts) if groups else None
    return tuple(
        MemberPosition(voter, _tuple(everybody.vectors[index]), _tuple(sds[index]), *_group(where, index, letters))
        for index, voter in enumerate(whole.members)
    )


def _group(where: Groups | None, index: int, letters: list[str]) -> tuple[str | None, float | None]:
    if where is None:
        return None, None
    return letters[where.group[index]] if where.placed[index] else None, float(where.probability[index])


def statements(
    whole: Matrix, matrix: Matrix, groups: Groups | None, letters: list[str], shown: Mapping[str, Verdict]
) -> tuple[tuple[StatementResult, ...], dict[str, tuple[str, ...]]]:
    """Return all statements, and those that set each group apart. Only the members of `matrix` count."""
    evidence = _evidence(whole, matrix, groups)
    before = [np.array([shown.get(name) == verdict for name in whole.statements], bool) for verdict in COMMON]
    unknown: list[Verdict] = ["unknown"] * len(whole.statements)
    verdicts = evidence.verdicts(*before) if groups else unknown
    of_everybody = unknown if groups else evidence.verdicts_of_everybody(*before)
    per_statement = tuple(
        StatementResult(
            name,
            verdicts[index],
            {letter: _shares(evidence.groups, row, index) for row, letter in enumerate(letters)},
            _shares(evidence.everybody, 0, index),
            int(evidence.asked_of_everybody.answers[0, index]),
            of_everybody[index],
        )
        for index, name in enumerate(whole.statements)
    )
    typical = {
        letter: tuple(whole.statements[index] for index in representative(evidence.groups, row))
        for row, letter in enumerate(letters)
    }
    return per_statement, typical


def _evidence(whole: Matrix, matrix: Matrix, groups: Groups | None) -> Evidence:
    """Tally the answers of the members who count; those of group -1 are between the groups."""
    counting = np.isin(np.arange(len(whole.members)), whole.indices_of_members(matrix.members))
    counted = whole.only(counting[whole.member])
    everybody, group = np.zeros(len(whole.members), int), np.full(len(whole.members), -1)
    if groups:
        group[whole.indices_of_members(matrix.members)] = np.where(groups.placed, groups.group, -1)
    asked = counted.only(counted.asked)
    count = len(groups.centres) if groups else 0
    return Evidence(
        AnswerCounts.of(counted, group, count),
        AnswerCounts.of(counted, everybody, 1),
        AnswerCounts.of(asked, group, count),
        AnswerCounts.of(asked, everybody, 1),
    )


def _shares(tally: AnswerCounts, row: int, index: int) -> Shares:
    answers = int(tally.answers[row, index])
    agree, disagree = (float(counts[row, index]) / max(answers, 1) for counts in (tally.agree, tally.disagree))
    unsure = float(answers - tally.agree[row, index] - tally.disagree[row, index]) / max(answers, 1)
    return Shares(answers, agree, disagree, unsure)


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
