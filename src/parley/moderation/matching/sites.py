"""The sites that discussions often link to: reference, science, public bodies, newspapers, and a few open to all."""

import re
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "sites.txt"
# No domain of the list has more.
MOST_LABELS = 4
# Universities and public bodies: harvard.edu, cam.ac.uk, nhs.gov.uk, justice.gouv.fr.
PUBLIC = re.compile(r"\.(?:edu|gov|mil|int)$|\.(?:ac|edu|gov|gob|gouv|gc|go)\.[a-z]{2}$")


def is_often_linked(host: str) -> bool:
    """Whether discussions often link to a host, or to the domain that it is below."""
    labels = host.split(".")[-MOST_LABELS:]
    return bool(PUBLIC.search(host)) or any(".".join(labels[at:]) in _often_linked() for at in range(len(labels)))


@cache
def _often_linked() -> frozenset[str]:
    lines = [line for line in DATA.read_text("utf-8").splitlines() if not line.startswith("#")]
    return frozenset(domain.strip() for line in lines for domain in line.partition(": ")[2].split("|") if domain)
