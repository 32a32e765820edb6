"""Links in a text: addresses that are written so that software does not see them, and sites often linked to."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import re2  # type: ignore[import-untyped]

from parley.platform.text.hosts import bare_host

# The sites that discussions often link to: reference, science, public bodies, newspapers, and a few open to all.
SITES = Path(__file__).parent / "data" / "sites.txt"
# No domain of the list has more.
MOST_LABELS = 4
# Universities and public bodies: harvard.edu, cam.ac.uk, nhs.gov.uk, justice.gouv.fr.
PUBLIC = re.compile(r"\.(?:edu|gov|mil|int)$|\.(?:ac|edu|gov|gob|gouv|gc|go)\.[a-z]{2}$")
# Endings of hosts that are hardly ever words or names of files.
ENDINGS = "com|net|org|info|biz|xyz|icu|co|tv|ly|gl|gd|gg|cc|ws|tk|ml|ga|cf|gq|ru|cn|uk|de|fr|nl|eu|br|pl|es|ua"
# Endings of the last years, under which much advertising stands.
NEW = (
    "shop|store|online|site|website|club|vip|app|dev|blog|click|buzz|cyou|sbs|icu|bond|loans?|casino|poker|webcam|porn|xxx|dating"
    "|stream|zone|agency|guru|deals|promo|lol|cloud|tech|digital|ltd|bid|uno|tube|makeup|mobi|asia|ninja|solutions|courses|discount"
)
# Those that are words count after long names, or names with a digit or hyphen: "I saw it.live with it" is none.
NEW_WORDS = (
    "space|fun|top|live|life|world|pro|fit|page|link|win|bet|cam|sex|expert|deal|monster|quest|download|ink|beauty|hair|skin|diet"
    "|clinic|fund|finance|capital|exchange|markets?|host|center|systems|email|chat|social|academy|gifts?|sale|bargains|rocks"
)
# Endings that are often words or parts of names (Character.ai): they count only with a path.
AS_WORDS = "me|in|it|us|io|ai|tr|to|is|at|be|today|news|work|team|group|help|care|media|money"
# Endings that people also write out: "example dot com".
SAID = "com|net|org|info|biz|ru|xyz|co"
NAME = "[a-z0-9][a-z0-9-]+"
LONG_NAME = "(?:[a-z0-9][a-z0-9-]{6,}|[a-z]+[0-9-][a-z0-9-]+)"
FINDERS = (
    # hxxp://example.com, www.example.com, "http : // example . com"
    re2.compile(rf"(?:h[tx]{{2}}ps?\s?:\s?/\s?/|\bwww\s?\.\s?)\s?({NAME}(?:\s?\.\s?{NAME})*)"),
    # example.com, example.com.au, example.me/page
    re2.compile(
        rf"(?:^|[^a-z0-9.@_])((?:{NAME}\.)+"
        rf"(?:(?:{ENDINGS}|{NEW})(?:\.[a-z]{{2}})?(?:[^a-z0-9_@-]|$)|(?:{AS_WORDS}|{NEW_WORDS})[/\\]))"
    ),
    # longer-name.life
    re2.compile(rf"(?:^|[^a-z0-9.@_])({LONG_NAME}\.(?:{NEW_WORDS}))(?:[^a-z0-9_@-]|$)"),
    # example . com
    re2.compile(rf"\b({NAME} \. ?(?:{SAID}))\b"),
    # example dot com, example(dot)com, example [.] com
    re2.compile(rf"\b({NAME}\s?[(\[{{<]\s?(?:\.|dot|punkt|point|punto)\s?[)\]}}>]\s?(?:{ENDINGS}|{NEW}|{AS_WORDS}))\b"),
    re2.compile(rf"\b({NAME} (?:dot|punkt|punto) (?:{ENDINGS}|{NEW}))\b"),
    # www example com
    re2.compile(rf"\bwww? ({NAME} (?:{SAID}))\b"),
    # A video on the same site.
    re2.compile(r"(?:^|\s)(/watch\?v=[a-z0-9_-]{6})"),
)
# One search finds that none of them matches, as in most texts.
ANY = re2.compile("|".join(f"(?:{finder.pattern})" for finder in FINDERS))
SEPARATORS = re2.compile(r"\s*[(\[{<]?\s*(?:\.|\bdot\b|\bpunkt\b|\bpoint\b|\bpunto\b)\s*[)\]}>]?\s*|\s+")


def written_addresses(text: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the addresses in a folded text, each once, without those of `known` links."""
    if not ANY.search(text):
        return
    seen = {bare_host(host) for host in known}
    for finder in FINDERS:
        for match in finder.finditer(text):
            name = SEPARATORS.sub(".", match.group(1)).strip(" .,;:!?)(\"'<\\/").removeprefix("www.")
            if name.partition("/")[0] not in seen:
                seen.add(name.partition("/")[0])
                yield f"//{name}"


def is_often_linked(host: str) -> bool:
    """Whether discussions often link to a host, or to the domain that it is below."""
    labels = host.split(".")[-MOST_LABELS:]
    return bool(PUBLIC.search(host)) or any(".".join(labels[at:]) in _often_linked() for at in range(len(labels)))


@cache
def _often_linked() -> frozenset[str]:
    lines = [line for line in SITES.read_text("utf-8").splitlines() if not line.startswith("#")]
    return frozenset(domain.strip() for line in lines for domain in line.partition(": ")[2].split("|") if domain)
