"""The demo community: five articles and the people who argue about them. Only on a localhost base URL."""

from parley.site.demo.content import members

PASSWORD = "argue-kindly"  # noqa: S105 printed by `parley up`; these members exist on localhost only


def logins() -> list[tuple[str, str, str]]:
    """Role, name and password of one demo member for each role."""
    wanted = ("member", "moderator", "admin")
    by_role = {member.role: member.name for member in reversed(members())}
    return [(role, by_role[role], PASSWORD) for role in wanted]
