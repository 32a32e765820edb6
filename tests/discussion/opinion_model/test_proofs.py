"""What docs/perspectives.md promises, measured. `pytest -m slow -rP` prints figures."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from parley.discussion.opinion_map.published import PublicationState, PublishedMap, publish_map
from parley.discussion.opinion_model.analyse import analyse
from parley.discussion.opinion_model.analysis import Analysis, Votes
from tests.discussion.opinion_model.proving import agreement, newcomers, tell
from tests.discussion.opinion_model.worlds import World, camps, chosen, joined, line, nothing

pytestmark = pytest.mark.slow

KINDS = ("plain", "agreeable", "unsure", "noisy", "random")


def test_300_worlds_without_a_pattern_have_no_map() -> None:
    random = np.random.default_rng(1)
    states = Counter[str]()
    for seed in range(300):
        members = int(np.exp(random.uniform(np.log(40), np.log(1000))))
        statements, answers = int(random.choice([15, 20, 30, 60])), int(random.choice([8, 12, 15, 20]))
        found = analyse(nothing(members, statements, answers, seed, KINDS[seed % len(KINDS)]).votes, seed=seed)
        states[found.reason or "open"] += 1
    tell(states)
    assert states["open"] == 0


def right(found: Analysis, world: World, least: float) -> tuple[float, float]:
    """Return the share of members placed with this probability, and the share of these on their own side."""
    placed = [one for one in found.members if one.group and (one.probability or 0) >= least]
    side = np.array([world.position[one.voter] > 0 for one in placed])
    group = np.array([one.group == "B" for one in placed])
    return len(placed) / len(found.members), max(np.mean(side == group), np.mean(side != group)) if placed else 0.0


def test_camps_are_found_in_a_sparse_forum() -> None:
    """1,000 members answer 20 of 400 statements each."""
    for seed in range(3):
        world = camps(1000, 400, 20, seed, strength=1)
        found = analyse(world.votes, seed=seed)
        placed, correct = right(found, world, 0.8)
        tell(f"placed {placed:.0%}, of them right {correct:.1%}")
        assert found.state == "open" and placed >= 0.6 and correct >= 0.95


def test_200_members_with_10_of_400_answers_are_too_few() -> None:
    assert analyse(camps(200, 400, 10, 1).votes, seed=1).state == "silent"


@pytest.mark.parametrize("make", [camps, line])
def test_probabilities_are_calibrated(make: type[World]) -> None:
    said, was = [], []
    for seed in range(20):
        world = make(200, 30, 12, seed, strength=(0.5, 0.8, 1.2)[seed % 3])
        found = analyse(world.votes, seed=seed)
        if found.state == "silent" or not found.parameters or not found.parameters.centres:
            continue
        centres = found.parameters.centres
        turned = np.corrcoef([one.position[0] for one in found.members], list(world.position.values()))[0, 1] < 0
        middle = (centres["A"][0] + centres["B"][0]) / 2
        for one in found.members:
            if one.group:
                truth = world.position[one.voter] * (-1 if turned else 1)
                said.append(one.probability)
                was.append((truth > middle) == (centres[one.group][0] > middle))
    tell(f"{make.__name__}: {len(said)} placed, said {np.mean(said):.3f}, was {np.mean(was):.3f}")
    assert abs(np.mean(said) - np.mean(was)) <= 0.03


@pytest.mark.parametrize("make", [camps, line])
def test_the_placed_stay_together_when_a_tenth_is_left_out(make: type[World]) -> None:
    agreements = []
    for seed in range(5):
        votes = make(150, 30, 15, seed).votes
        whole = analyse(votes, seed=seed)
        random = np.random.default_rng(seed)
        out = {voter for voter in set(votes.voter) if random.random() < 0.1}
        part = analyse(chosen(votes, [voter not in out and random.random() >= 0.1 for voter in votes.voter]), seed=seed)
        if whole.state == part.state == "open":
            agreements.append(agreement(whole, part))
    tell(f"{make.__name__}: {np.round(agreements, 3)}")
    assert len(agreements) >= 3 and min(agreements) >= 0.98


def test_a_brigade_of_a_twentieth_does_not_fake_a_map() -> None:
    """5 % of 500 members answer 15 statements all alike, in a world without a pattern."""
    states = Counter[str]()
    for seed in range(12):
        votes = nothing(475, 30, 15, seed).votes
        random = np.random.default_rng(seed)
        pattern = random.choice([-1, 1], 30)
        rows = [(f"x{attacker}", one) for attacker in range(25) for one in random.permutation(30)[:15]]
        value = [int(pattern[one]) for _, one in rows]
        votes = joined(votes, [who for who, _ in rows], [str(one) for _, one in rows], value, [True] * len(rows))
        found = analyse(votes, seed=seed)
        states[found.reason or "open"] += 1
    tell(states)
    assert states["open"] == 0


def test_a_brigade_of_a_twentieth_pushes_no_statement() -> None:
    """They answer like the other camp, but agree to a statement that it rejects.

    All get as many questions from Parley, of which half are chosen at random: attackers may answer the pushed statement
    at will, but such an answer is not asked for.
    """
    pushed_up, honest, kept = 0, 0, 0
    for seed in range(6):
        world = camps(500, 30, 15, seed)
        random = np.random.default_rng(seed)
        votes = joined(world.votes, [], [], [], [])
        votes = Votes(
            votes.voter, votes.statement, votes.value, [bool(one) for one in random.random(len(votes.value)) < 0.5]
        )
        before = analyse(votes, seed=seed)
        profile, target = other_camp(world, votes)
        rows = list[tuple[str, str, int, bool]]()
        for attacker in range(25):
            offered = {str(one) for one in random.permutation(30)[:15]}
            for one in sorted(offered | {target}):
                answer = 1 if one == target else profile[one]
                rows.append((f"x{attacker}", one, answer, one in offered and random.random() < 0.5))
        after = analyse(joined(votes, *zip(*rows, strict=True)), seed=seed)
        verdicts = {one.statement: one.verdict for one in after.statements}
        listed = [one.statement for one in before.statements if one.verdict == "common-ground"]
        pushed_up += verdicts[target] == "common-ground"
        honest, kept = honest + len(listed), kept + sum(verdicts[one] == "common-ground" for one in listed)
    tell(f"pushed {pushed_up} of 6; of {honest} honest ones {kept} stay")
    assert pushed_up == 0


def other_camp(world: World, votes: Votes) -> tuple[dict[str, int], str]:
    """Return the usual answers of the camp at -1, and the statement it rejects most among those the other likes."""
    shares = {1: Counter[str](), -1: Counter[str]()}
    for voter, statement, value in zip(votes.voter, votes.statement, votes.value, strict=True):
        shares[int(world.position[voter])][statement] += value
    profile = {one: 1 if shares[-1][one] > 0 else -1 for one in shares[-1]}
    liked = [one for one in profile if shares[1][one] > 0]
    return profile, min(liked, key=lambda one: shares[-1][one])


def test_a_newcomer_is_placed_after_five_answers() -> None:
    """Every other question is the most informative one, the others are random."""
    early, full = newcomers(line(400, 30, 30, seed=1).votes, 5)
    correlation = np.corrcoef(early[:, 0], full[:, 0])[0, 1]
    tell(f"correlation {correlation:.2f}")
    assert correlation >= 0.8


def test_verdicts_from_few_answers_are_those_of_all() -> None:
    """Verdicts from 15 answers a member of 30, against those from all 30."""
    right_of = {"common-ground": [0, 0], "dividing": [0, 0]}
    for seed in range(6):
        votes = camps(300, 30, 30, seed, strength=0.8).votes
        truth = {one.statement: one for one in analyse(votes, seed=seed).statements}
        random = np.random.default_rng(seed)
        found = analyse(chosen(votes, (random.random(len(votes.value)) < 0.45).tolist()), seed=seed)
        for one in found.statements:
            if one.verdict in right_of:
                right_of[one.verdict][0] += holds(truth[one.statement].shares, one.verdict)
                right_of[one.verdict][1] += 1
    tell(right_of)
    assert all(good >= 0.9 * of for good, of in right_of.values())


def holds(shares: dict[str, object], verdict: str) -> bool:
    agree, disagree = ([getattr(one, key) for one in shares.values()] for key in ("agree", "disagree"))
    return min(agree) >= 0.6 if verdict == "common-ground" else max(agree) >= 0.5 and max(disagree) >= 0.4


def test_a_watcher_of_the_map_guesses_a_lone_voters_answers_hardly_better_than_from_their_side() -> None:
    """After each member who answered alone, the map is counted again. The watcher knows on which side they stand.

    They guess each answer from what is published of that side, and change their guess where it moved.
    """
    gained, guesses = 0, 0
    for seed in range(4):
        votes = camps(140, 24, 8, seed, strength=0.7).votes
        before, state = analyse(chosen(votes, [int(who) < 120 for who in votes.voter]), seed=seed), PublicationState()
        shown, state = _published(before, votes, state)
        for lone in map(str, range(120, 140)):
            seen = [int(who) <= int(lone) for who in votes.voter]
            after = analyse(chosen(votes, seen), seed=seed, previous=before, shown=state.verdicts)
            now, state = _published(after, votes, state)
            side = next((one.group for one in after.members if one.voter == lone), None)
            for who, statement, value in zip(votes.voter, votes.statement, votes.value, strict=True):
                if who == lone and side and value:
                    usual, moved = _agreement(now, statement, side), _moved(shown, now, statement, side)
                    gained += (value == (moved or usual)) - (value == usual)
                    guesses += 1
            shown, before = now, after
    tell(f"{gained / guesses:.3f} of {guesses} answers")
    assert guesses > 300
    assert gained <= 0.05 * guesses


def test_a_watcher_of_the_picture_does_not_learn_on_which_side_a_lone_member_stands() -> None:
    """One member after the other joins a map of 120. The watcher guesses the side whose size or squares grew."""
    votes, right, placed = camps(150, 24, 12, 1, strength=0.8).votes, 0.0, 0
    before, state, shown = None, PublicationState(), None
    for lone in range(119, 150):
        part = chosen(votes, [int(who) <= lone for who in votes.voter])
        before = analyse(part, seed=1, previous=before, shown=state.verdicts)
        now, state = _published(before, part, state)
        side = next((one.group for one in before.members if one.voter == str(lone)), None)
        if shown and side:
            grew = {letter: _size(now, letter) - _size(shown, letter) for letter in "AB"}
            right += 0.5 if grew["A"] == grew["B"] else max(grew, key=grew.__getitem__) == side
            placed += 1
        shown = now
    tell(f"{right / placed:.2f} of {placed}")
    assert placed >= 20
    assert right / placed <= 0.55


def _size(shown: PublishedMap, letter: str) -> int:
    """Return how large a group looks: its published share, and its squares of the picture."""
    squares = shown.picture.squares if shown.picture else ()
    return shown.groups.get(letter, 0) + sum(one.members for one in squares if one.group == letter)


def _published(found: Analysis, votes: Votes, state: PublicationState) -> tuple[PublishedMap, PublicationState]:
    return publish_map(found, votes, {one: int(one) for one in votes.statement}, state, date(2027, 3, 1))


def _cell(shown: PublishedMap, statement: str, side: str) -> tuple[int, int, str]:
    """Return what a reader sees of a statement: its published balance, and verdict."""
    one = next((one for one in shown.statements if one.comment == int(statement)), None)
    shares = one.groups.get(side) if one else None
    return (shares.agree - shares.disagree, shares.answers, one.verdict) if one and shares else (0, 0, "unknown")


def _agreement(shown: PublishedMap, statement: str, side: str) -> int:
    return 1 if _cell(shown, statement, side)[0] >= 0 else -1


def _moved(before: PublishedMap, now: PublishedMap, statement: str, side: str) -> int:
    """Return in which direction the published answers moved, 0 if they did not.

    Where only the verdict came, the answers went the way that it says; where it went, the other way.
    """
    then, after = _cell(before, statement, side), _cell(now, statement, side)
    if then[:2] != after[:2] and then[1]:
        return 1 if after[0] * after[1] > then[0] * then[1] else -1
    if then[2] == after[2]:
        return 0
    return _agreement(now, statement, side) * (-1 if after[2] == "unknown" else 1)
