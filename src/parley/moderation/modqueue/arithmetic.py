"""Why an item is where it is in the queue, in words; and the formula of its risk, with its numbers."""

from collections.abc import Sequence
from math import log1p

from parley.platform.text.messages import N_, Message, plural

# What names each ground, as `reports|rules|ground`: open reports, and automatic rules that acted.
GROUND_COUNTS = """
    array(select count(*) filter (where not o.by_rule) || '|' || count(*) filter (where o.by_rule) || '|' || o.ground
    from (
        select guideline as ground, false as by_rule from report where item = i.id and state <> 'resolved'
        union all
        select u.guideline, true from hit h join rule u on u.id = h.rule
        where i.kind = 'comment' and h.comment = i.target and h.acted) o
    group by o.ground order by count(*) desc, o.ground)
"""
FORMULA = N_(
    "Risk {risk} = {gravity} \u00d7 (1 + ln(1 + {people})). {gravity} adds up, for each report, the weight "
    "of the reporter times the severity of the rule, and the severity of each automatic rule that matched; {people} is "
    "how many people are in the thread."
)


def causes(grounds: Sequence[str]) -> list[Message]:
    """Each ground in words: "3 reports about privacy", "1 automatic match about spam"."""
    said = []
    for counted in grounds:
        reports, rules, ground = counted.split("|", 2)
        if int(reports):
            said.append(
                plural("{count} report about {ground}", "{count} reports about {ground}", int(reports), ground=ground)
            )
        if int(rules):
            said.append(
                plural(
                    "{count} automatic match about {ground}",
                    "{count} automatic matches about {ground}",
                    int(rules),
                    ground=ground,
                )
            )
    return said


def formula(risk: float, people: int) -> Message:
    """The formula of the risk (reports/ops.py: UPDATE_RISK) with the numbers of one item."""
    gravity = risk / (1 + log1p(people))
    return FORMULA.format(risk=f"{risk:.1f}", gravity=f"{gravity:.1f}", people=people)
