"""Back-tests of the rules that use the score, after its weights changed: they may match other comments now."""

import msgspec

from parley.moderation.automod.tables import Rule
from parley.moderation.backtests.run import Result
from parley.moderation.matching import current
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.modrules import rules
from parley.moderation.reports import staff_mail
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.events import attempts
from parley.platform.settings import settings
from parley.platform.text.messages import N_, as_text

# Rules that are on, and were last tested with other weights.
REQUEST_BACKTESTS = """
insert into backtest (rule, version, created_at, changed_at)
select u.id, u.version, now(), now() from rule u
where u.state = 'on' and u.conditions @> '[{"kind": "score"}]'
  and (select max(created_at) from spam_training where weights is not null)
      > (select max(created_at) from backtest b where b.rule = u.id and b.version = u.version)
returning rule
"""
# Those whose last test was of new weights and is done, with the one that moderators asked for.
SELECT_TESTED = """
select distinct on (u.id) u.id, u.name, u.action, u.guideline, b.result::text as result,
       coalesce((select o.result::text from backtest o
                 where o.rule = u.id and o.version = u.version and o.state = 'done' and o.asked_by is not null
                 order by o.id desc limit 1), '{}') as agreed
from rule u join backtest b on b.rule = u.id and b.version = u.version and b.state = 'done'
where u.state = 'on' and u.conditions @> '[{"kind": "score"}]' and b.id = (
    select max(id) from backtest l where l.rule = u.id and l.version = u.version and l.state = 'done')
  and b.asked_by is null
order by u.id
"""
HIDES_MUCH = N_("With its new weights, the score would have hidden more than 1% of a week's comments.")


class RetestedRule(msgspec.Struct, frozen=True):
    """A rule that is on, with the results of its last test and of the one on which moderators agreed."""

    id: int
    name: str
    action: str
    guideline: str
    result: str
    agreed: str

    @property
    def hides_too_much(self) -> bool:
        """Whether it would hide much more than before, and two moderators did not have to agree on that."""
        now, before = (msgspec.json.decode(result, type=Result) for result in (self.result, self.agreed))
        return rules.hides_much_more(self.action, now) and not rules.needs_two(self.action, before)


async def retest() -> int:
    """Test rules after a training, and let those that would hide much only watch again; return the number of both."""
    requested = await db.values(REQUEST_BACKTESTS)
    hiding = [row for row in await db.fetch(RetestedRule, SELECT_TESTED) if row.hides_too_much]
    return len(requested) + len(await attempts.each("retests", hiding, _only_watch, key=lambda rule: rule.id))


async def _only_watch(rule: RetestedRule) -> None:
    async with db.atomic():
        await Rule.update({Rule.state: "shadow", Rule.changed_at: NOW}).where(Rule.id == rule.id, Rule.state == "on")
        before, after = {"state": "on"}, {"state": "shadow"}
        reason = as_text(HIDES_MUCH)
        await modlog.write(None, Entry("rule.shadow", "rule", rule.id, before, after, rule.guideline, reason=reason))
        link = f"{settings().base_url}/mod/rules/{rule.id}"
        await staff_mail.send(f"retest.{rule.id}", "staff/retest", name=rule.name, link=link)
        current.forget_after_commit()
