"""The same words under the same rules are always judged the same, in any order (moderation-proofs.md I14)."""

from hypothesis import given
from hypothesis import strategies as st

from parley.moderation.matching.conditions import Age, FirstComments, Links, WordList
from parley.moderation.matching.evaluate import ActiveRule, decisive, effective, evaluate
from parley.moderation.matching.post import Post

CONDITIONS = (WordList(["fool"]), WordList(["bomb"]), Links(1), Age(7), FirstComments(3))
SAID = ("You fool!", "A bomb.", "Look at https://shop.example now.", "A thought.")
posts = st.builds(
    Post,
    body=st.lists(st.sampled_from(SAID), max_size=4).map(" ".join),
    age=st.sampled_from([0.0, 30.0]),
    comments=st.sampled_from([0, 50]),
)


@st.composite
def rules(draw: st.DrawFn) -> list[ActiveRule]:
    """Up to eight rules with different positions."""
    count = draw(st.integers(0, 8))
    return [
        ActiveRule(
            id=number,
            name=f"Rule {number}",
            version=1,
            state=draw(st.sampled_from(["on", "on", "shadow"])),
            position=number,
            action=draw(st.sampled_from(["hold", "flag", "collapse", "slow", "notify"])),
            guideline="civility",
            conditions=tuple(draw(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=2, unique_by=id))),
        )
        for number in range(count)
    ]


def decides(rule: ActiveRule) -> bool:
    return rule.state == "on" and rule.action == "hold"


@given(rules=rules(), post=posts)
def test_the_same_is_judged_the_same(rules: list[ActiveRule], post: Post) -> None:
    again = Post(**{name: getattr(post, name) for name in Post.__struct_fields__})

    assert evaluate(rules, post) == evaluate(list(reversed(rules)), again)


@given(rules=rules(), post=posts, data=st.data())
def test_the_order_of_those_that_do_not_decide_changes_nothing(
    rules: list[ActiveRule], post: Post, data: st.DataObject
) -> None:
    holds = iter([rule for rule in rules if decides(rule)])
    # Those that may decide keep their order among themselves, wherever the others go.
    mixed = [next(holds) if decides(rule) else rule for rule in data.draw(st.permutations(rules))]
    moved = [ActiveRule(**{**as_dict(rule), "position": place}) for place, rule in enumerate(mixed)]

    before, after = evaluate(rules, post), evaluate(moved, post)

    first, second = decisive(before), decisive(after)
    assert (first and first.rule.id) == (second and second.rule.id)
    assert {hit.rule.id for hit in effective(before)} == {hit.rule.id for hit in effective(after)}


def as_dict(rule: ActiveRule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in ActiveRule.__struct_fields__}
