"""Patterns that distinguish bounces, automatic replies and mail from people."""

import re

SENDER = re.compile(
    r"""mailer.?daemon|post_?master|mail[.\ ]delivery|mail\ administrator|delivery\ (sub)?system|mdaemon|^\s*$|<>
      |microsoft\ ?exchange|no-?reply@|system\ administrator|smtp[\w.]*[_-]?mail|mailenable|^\W*(imss|ndr|bounces?)@""",
    re.IGNORECASE | re.VERBOSE,
)
NO_REPLY = re.compile(r"(no-?reply|do-?not-?reply)@", re.IGNORECASE)
SUBJECT = re.compile(
    r"""undeliver|delivery\ (status|failure|problem|notification|report|has\ failed)|returned\ mail|failure\ notice
      |mail\ (delivery\ )?(failed|failure|error|status)|message\ (delivery|could\ not|not\ delivered)|not\ delivered
      |could\ not\ (send|be\ delivered)|non-?deliver|rejected|returning\ message|undelivered|mail\ system\ error
      |nondeliverable|permanent\ (delivery\ )?(error|failure)|failure\ delivery|delivery\ (error|failed
      |warning)|mail\ error
      |returned\ e-?mail|message\ has\ not|user\ unknown|unzustellbar|nicht\ zugestellt|unzustellbarkeit
      |non\ (remis|livré)|não\ entregue|niet\ te\ bezorgen|onbestelbaar|kan\ inte\ levereras|kunne\ ikke\ levere
      |nie\ można\ dostarczyć|impossibile\ recapitare|無法傳遞|无法送达
      |échec\ de\ (la\ )?(remise|distribution)|no\ se\ (ha\ )?pud|no\ entregad|mancata\ consegna|не\ доставлен
      |недоставлен
      |配信|送信できません|エラー|退信|failed|delayed|malformed|mail$""",
    re.IGNORECASE | re.VERBOSE,
)
# The first words of bounces.
FAILURE_TEXT = re.compile(
    r"""(could|can)\ ?not\ be\ (delivered|sent)|n[o']t\ (be\ |been\ )?(able\ to\ )?deliver|unable\ to\ deliver
      |undeliverable
      |deliver\w*\ [^.\n]{0,60}\ (failed|aborted)|failed\ to\ deliver|did\ not\ (reach|receive)
      |delivery\ (error|failure|problem)
      |(fatal|delivery)\ errors|user\ unknown|unknown\ user|no\ such\ user|not\ delivered|failed\ recipient
      |action\ not\ taken
      |non-?delivery|returned\ because|postponed|nicht\ zugestellt|n'a\ pas?\ pu|pudo\ ser\ entregad|не\ может
      |невозможно\ доставить|送信できません|配信できません|[无無]法(送达|送達|投[递遞]|[发發]送)|not\ a\ member\ of""",
    re.IGNORECASE | re.VERBOSE,
)
# Subjects of automatic replies; and of replies by people.
ANSWER = re.compile(
    r"""^\s*(auto(matic|mated)?[\ -]?(respons|reply|response|answer|svar)?:|auto\w*[\ -]?(reply|response)
      |out\ of\ (the\ )?office|away\b
      |(on\ )?(vacation|holiday)|abwesen|réponse\ automatique|respuesta\ auto|automatische\ antwort|automatisch
      |risposta\ automatica|absence|автоответ|自動返信|自动回复)""",
    re.IGNORECASE | re.VERBOSE,
)
ANSWERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Auto-Response", "X-Vacation", "X-Autoresponder")
BY_HAND = re.compile(r"\s*(re|aw|sv|antw|fwd?|wg)\s*:", re.IGNORECASE)
# Headers that only bounces have: of Exim, Google and Exchange.
BOUNCE_HEADERS = ("X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr")
# Hotmail's complaints have no feedback report, only this subject.
COMPLAINT = re.compile(r"complaint about message from ", re.IGNORECASE)
# The start of the bounced original, which does not explain the reason.
ORIGINAL = re.compile(
    r"""^[ \t>]*+(-++\s*+(this\ is\ a\ copy|(the\ )?(original|unsent|undelivered|returned)\ message|the\ header\ of)
      |-+\ ?below\ this\ line|original\ message\ (follows|headers)|message\ header|return-path:|received:\ )""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
# Subjects of our mail are titles that members wrote, so they do not explain the reason either.
QUOTED_SUBJECT = re.compile(
    r"^[ \t>*]*+(?:subject|betreff|objet|asunto|assunto|oggetto|тема|件名|主[题題])[ \t]*+:.*",
    re.IGNORECASE | re.MULTILINE,
)
RETRIED = re.compile(
    r"""not\ (yet\ been|been\ yet)\ delivered|warning\ (message\ )?only|is\ delayed\ for|(will|to)\ (continue
      |keep)\ (to\ )?(try|attempt)
      |still\ trying|attempts\ will\ continue|just\ a\ warning|has\ been\ (postponed|delayed)|will\ be\ retried
      |advisory-only|could\ not\ send\ (mail|message)\ for\ past""",
    re.IGNORECASE | re.VERBOSE,
)
