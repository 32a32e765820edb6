"""Why a message came back, from its status code (RFC 3463) and, where that says little, from the words beside it."""

import re

# In this order. Each line is what mail servers of one kind or another write; the tests count how often they are right.
POLICY = re.compile(
    r"""spam|\bblock|black ?list|blocklist|\brbl\b|dnsbl|reputation|spf\b|dkim|dmarc|reverse\ (dns|hostname)|\bptr\b
      |policy|authenticat|relay(ing)?\ (access\ )?(denied|not)|cannot\ relay|virus|malware|prohibited|banned
      |refused\ by
      |access\ denied|access\ rejected|rejected\ due|message\ (content\ )?rejected|unsolicited
      |(?<!not\ )listed\ (in|at|by)
      |too\ many\ (connections|messages|sessions|concurrent)|rate\ limit|throttl|tls|not\ authori[sz]ed
      |unauthori[sz]ed
      |suspicious|bad\ sender|sender\ (verify|rejected|denied)|whitelist|greylist""",
    re.IGNORECASE | re.VERBOSE,
)
FULL = re.compile(
    r"""(mailbox|account|quota|disk|storage|inbox|user)[^.\n]{0,40}(full|exceed|over|limit|exhausted)|over\ ?quota
      |quota\ exceeded|exceeds?\ [^.\n]{0,30}quota|insufficient\ (system|disk|storage)|mailfolder\ is\ full
      |too\ (big|large)|message\ size|size\ limit
      |quota\ violation|space\ (is\ )?not\ enough|too\ much\ mail|exceeding\ [^.\n]{0,20}quota
      |exceeded\ storage|mailbox\ (is\ )?full|not\ enough\ (disk|storage|space)|no\ space""",
    re.IGNORECASE | re.VERBOSE,
)
UNKNOWN = re.compile(
    r"""(user|recipient|mailbox|address|account|addressee|alias|member|rcpt)[^.\n]{0,60}
        (unknown|not\ found|not\ exist|n't\ exist|invalid|not\ known|not\ a\ valid|no\ longer|not\ listed|unavailable
         |not\ recogni[sz]ed|not\ our\ customer|not\ in\ our)
      |(unknown|no\ such|invalid|nonexistent|non-existent|bad\ destination|undeliverable)\ (local\ |virtual\ )?
        (or\ illegal\ )?(user|recipient|mailbox|address|account|addressee|person|alias|name)
      |no\ mailbox\ here|user\ unknown|does\ not\ (exist|have\ an?)|doesn't\ (exist|have\ an?)|not\ a\ known\ user
      |unrouteable\ address|unknown\ in\ |no\ such\ (person|local)|couldn't\ find\ (any|the)\ (user|mailbox)
      |not\ listed\ in\ [^.\n]{0,20}directory|invalid\ final\ delivery\ userid|not\ a\ valid\ user|no\ user\ by\ that
      |utilisateur\ inconnu|n['\u2019]existe\ pas(?!\ ou)|usuario\ desconocido|no\ existe(?!\ o\b)|(empfänger
      |benutzer)\ unbekannt
      |unbekannter\ (empfänger|benutzer)|existiert\ nicht|utente\ sconosciuto|не\ существует|не\ найден
      |no\ recipients|this\ user\ doesn't|has\ (been\ )?(moved|disabled\ permanently)|moved\ to""",
    re.IGNORECASE | re.VERBOSE,
)
NO_HOST = re.compile(
    r"""host\ (\S+\ |or\ domain\ name\ )?(unknown|not\ found)|not\ accepting\ network\ mess
      |domain[^.\n]{0,40}(not\ exist|n't\ exist|not\ found|unknown|invalid)
      |unknown\ host|no\ such\ (domain|host)|name\ service\ error|couldn't\ find\ any\ host|unrouteable\ mail\ domain
      |host\ or\ domain\ name|does\ not\ accept\ mail|null\ ?mx|no\ (valid\ )?(mx|mail\ (host|server|exchanger))
      |cannot\ find\ your\ (hostname|domain)|illegal\ host/domain|bad\ host/domain""",
    re.IGNORECASE | re.VERBOSE,
)

# A server that says it only once it has read the message, or a program behind it, judges more than the address.
LATER = re.compile(
    r"end of (DATA|message)|(DATA|TEXT) command|after end of data|procmail|try again|loop", re.IGNORECASE
)
# What Office 365 says of an address that it does not have.
REJECTED = re.compile(r"recipient address rejected: access denied", re.IGNORECASE)
FULL_AFTER_ALL = re.compile(r"not enough disk space|mail(box|folder)( is)? full|over ?quota", re.IGNORECASE)
AFTER_ALL_POLICY = re.compile(r"\bspf\b|spamhaus|(?<![\d.])5\.7\.\d{1,3}(?![\d.])", re.IGNORECASE)

GONE = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"})
NOT_FOUND = re.compile(r"user not found|no such user here|unknown user: |other recipients in the same", re.IGNORECASE)
# Codes of servers that tell nothing, or nothing true: their words alone make nobody unreachable at once.
VAGUE = frozenset({"5.0.0", "5.2.0", "5.3.0"})
# About the sender's address, which is ours.
OURS = frozenset({"5.1.7", "5.1.8"})
FULL_STATUS = frozenset({"5.2.2", "5.2.3", "5.3.4", "4.2.2"})


def kind_of(status: str, words: str = "", *, permanent: bool = False) -> str:
    """What came back says about the address.

    "gone": there is no such mailbox. "hard", "soft": it cannot be reached for good, or now. "policy": they do not want
    mail from us, which is the operator's to mend and not the member's fault. `permanent` counts where nothing else
    tells.
    """
    for kind, holds in (
        ("soft", FULL_AFTER_ALL.search(words)),
        ("gone", permanent and status == "4.1.1"),
        ("soft", status in FULL_STATUS or status.startswith("4.")),
        ("policy", status in OURS or (status.startswith("5.1.") and AFTER_ALL_POLICY.search(words))),
        ("hard", LATER.search(words) and (permanent or status)),
        ("gone", status in GONE or NO_HOST.search(words) or (status == "5.4.1" and REJECTED.search(words))),
        ("soft", FULL.search(words)),
        ("policy", status.startswith("5.7.") and not re.search("invalid recipient", words, re.IGNORECASE)),
        ("gone", (status not in VAGUE and UNKNOWN.search(words)) or NOT_FOUND.search(words)),
        ("policy", POLICY.search(words)),
    ):
        if holds:
            return kind
    return "hard" if permanent or status.startswith("5.") else "soft"
