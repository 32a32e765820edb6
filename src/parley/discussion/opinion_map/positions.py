"""What is published of where members stand: in steps, like their answers.

If groups' sizes follow every new member, they tell on which side whoever came last stands: from sizes rounded to five
and the picture, a watcher guessed two sides of three. So they change when the members have doubled or halved.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from parley.discussion.comments.publishing import is_step, rounded_share
from parley.discussion.opinion_map.picture import MapPicture, draw
from parley.discussion.opinion_model.analysis import MemberPosition


class PublishedPositions(msgspec.Struct, frozen=True):
    members: int = 0  # how many this was made from; never shown
    # By letter, the per cent of members placed in a group.
    groups: dict[str, int] = {}
    picture: MapPicture | None = None

    @property
    def between(self) -> int:
        """The per cent of members in no group."""
        return max(100 - sum(self.groups.values()), 0) if self.groups else 0


def publish_positions(
    before: PublishedPositions,
    members: Sequence[MemberPosition],
    axes: int,
    centres: Mapping[str, tuple[float, ...]],
) -> PublishedPositions:
    """Return what is published of the members of a map: unchanged until a step is full, or the map has other groups."""
    is_same = before.picture and before.picture.axes == axes and before.groups.keys() == centres.keys()
    if is_same and not is_step(before.members, len(members)):
        return before
    sizes = Counter(member.group for member in members)
    groups = {letter: rounded_share(sizes[letter] / max(len(members), 1)) for letter in centres}
    return PublishedPositions(len(members), groups, draw(members, axes, centres))
