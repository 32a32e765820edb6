"""What mail servers write when they refuse a message; the first kind of the table that matches counts.

Each line is a regular expression for text in small letters on one line, in which "@" stands for any address. A line
that is indented belongs to the one before.
"""

# Who we are: lists, reputation, authentication. These names stand in texts that speak of spam or rates, too.
IDENTITY = r"""
reputation|user complaints|(block|black|deny|white)[ -]?list|blacklisted|\bdnsbl|\brbl\b|\brhsbl|spamhaus
spamcop|senderscore|senderbase|invaluement|uceprotect|mailspike|abusix|sorbs|barracudacentral
barracuda reputation|cloudmark|csi\.|abuseat
\b(spf|dkim|dmarc|batv|srs)\b|sender policy framework
(for|due to|by|of|against|violates?)( \w+){0,3} polic(y|ies)|policy (reasons|violation|rejection)|client host
no reverse|ptr record|sender[- ]?id
(ofr|lpn|ouk|mxin|lps|gu_eib)\w*_(10[1-3]|305|40[1235]|415|421|510|517|630|999)
"""

# Too much at once, or too often.
RATE = r"""
too (many|much) (concurrent |simultaneous |smtp |recent |open |invalid )?(connections?|sessions?|messages|mails?
  |emails?|recipients|errors|unknown|hits|traffic)
too many .{0,40}(from your|per (hour|minute|day)|this (hour|session)|in a short)
(rate|sending|connection|volume|frequency|message|hourly|daily|throughput|recipient)[- ]?(rate )?(limit|quota)(s
  |ed|ing)?\b.{0,40}(exceed|reach|hit|over)
\brate[- ]?(limit|control|throttl)
exceed\w* .{0,50}(rate|connection limit|per[- ](hour|minute|day|second)|emails? per|messages? per|frequency
  |concurrent)
throttl
try again slower|slow down
(unusual|excessive|abnormal|high|unexpected) (rate|volume|number of)
receiving mail (at a rate|too quickly)
(maximum|max) (number of )?(sending rate|connections|concurrent)
limit on the number of|connections? (limit|rate) (is )?exceed
daily message quota exceeded|daily (sending|user) .{0,20}limit
trop de (connexions|messages|mails)|zu viele (verbindungen|mails|nachrichten)
demasiad[oa]s (conexiones|mensajes)|muitas conex
frequency limited|mail frequency|ip frequency|connection frequency|domain frequency
resources temporarily unavailable|numerous attempts to deliver
слишком много|relay quota|(ofr|lpn|ouk|lps)\w*_104
"""

# No room. Only where the mailbox is named, or nothing else can be meant.
FULL = r"""
(mail ?box|account|user|recipient|inbox|mail ?folder|maildir|customer|mail ?file|mailbx|storage|disk|disc
  |addressee)[^.]{0,50}(\bfull\b|over ?quota|over (the |its |their |his )?(\w+ )?(disk |allowed |storage )?quota
  |out of (storage|space|disk)|quota exceed|exceed\w* .{0,30}(quota|storage|space|limit|allocation|size)
  |exhausted|hit quota|has no (disk )?(space|room))
(mail ?box|mail ?folder|disk|disc|storage|account|inbox)( is|:|,| has)?( temporarily| already)? (full|overfull)
full mail ?box
over ?quota|over (the )?(allowed |disk |storage )?quota|quota (is )?(exceed|violation|full|reached|limit)
exceed\w* .{0,30}quota|exceed\w* (the )?storage
(not (enough|sufficient)|insufficient) (system |disk |free )?(storage|space|quota)
no (space left|more space|disk space|room)|space (is )?(not enough|has been used)
does not have enough (free )?space|out of (storage|disk) ?(space)?
mailbox (size )?(would )?exceed|would (be over|exceed) .{0,40}(quota|storage|mailbox)
(reached|exceeded) .{0,20}(disk|mailbox|storage|maximum) ?(quota|limit|size)
too much mail data|has too many messages on the server|receiving limits
_417\b|bo[iî]te .{0,30}pleine|quota d[ée]pass|postfach .{0,20}(voll|überfüllt)|postfach ist voll|speicherplatz
buz[oó]n .{0,20}lleno|caixa .{0,20}cheia|casella .{0,20}piena|cuota .{0,20}(excedida|superada)|cota excedida
ящик .{0,20}переполнен|переполнен|квот|превышен.{0,20}(размер|лимит)
メールボックス.{0,20}(いっぱい|一杯|容量|満杯)|容量.{0,10}(超|不足)|邮箱.{0,10}(已满|空间)|信箱.{0,10}(已滿|空间不足)|邮箱容量|超出.{0,6}配额
"""

# This letter: what is in it, or its size.
CONTENT = r"""
(looks?|appears?|seems?|considered|classified|identified|detected|recogni[sz]ed|marked|tagged|scored|regarded
  |refused|rejected|flagged|suspected|filtered|blocked)[^.]{0,50}\b(spam|junk|bulk|virus|malware|phish\w*
  |unsolicited)
\b(spam|junk|virus|malware|phishing|infected|spamassassin|trojan|worm)\b[^.]{0,40}(detected|found|rejected
  |refused|blocked|content|score|check|filter|message|mail|engine|suspected|identified|denied|not (accepted
  |allowed)|from your|match)
(no|possible|probable|probably|suspected|much|contains?|is|as|a|accept|for|like|of being) (be )?(a )?(spam|virus
  |malware|phishing)\b
anti-?spam|\buribl|\bsurbl|unsolicited|bulk (mail|email|advertis)|spam-like
(content|message|mail|attachment|file)s?[^.]{0,30}(prohibited|forbidden|banned|not allowed|unacceptable|denied
  |restricted|illegal|security issue|potential)
(content|message|mail)s? (was |has been |is )?(filter(ed)?|denied|rejected by (a |the )?(content|filter)
  |refused by .{0,20}filter)
content (filter|reject|denied|restriction)|message content rejected|rejecting (banned|mail) content
banned content|illegal attachment|executable files
(message|mail|header|email|attachment)s?( size| header)?s?[^.]{0,40}(too (big|large)|exceed\w*|larger than
  |over (the )?(size|limit))
size (limit|exceeds)|(maximum|max|fixed) (message|mail|allowed)?[^.]{0,20}size|message size|too (big|large)
message length exceeds
reject, id=|blocked using .{0,20}url|listed url|bad url
nachricht .{0,30}zu gro|als spam|message .{0,20}trop (gros|volumineux|grand)|contenido .{0,20}(rechaz|prohib)
spam (rejet|rechaz|abgel)
спам|spam message rejected|вирус
スパム|迷惑メール|ウイルス|垃圾(邮件|郵件|内容)|病毒|サイズ.{0,10}(超|大き)
malformed (message|mail|header|address)|(message|mail) (is|was) malformed
not rfc ?\d* ?(5322|2822|822|compliant)|rfc (5322|2822) (compliant|violation)
(missing|invalid|duplicate|bad|multiple) .{0,30}(header|message-id|from:)|8-?bit|header error
rfcmessagenoncompliant|line (is )?too long|lines longer|bare (lf|cr)|line limit|(ofr|lpn|ouk|lps)\w*_(506|514)
"""

# Us: our address, our server, our domain, or what the recipient's side allows.
POLICY = r"""
reputation|(block|black|deny|white|allow)[ -]?list|blacklisted|\b[rd]bl\b|\bdnsbl|\brhsbl|spamhaus|spamcop
barracudacentral|barracuda reputation|cloudmark|trend ?micro|sorbs|proofpoint|senderscore|senderbase|invaluement
uceprotect|talos|\bcsi\b|abuseat|mailspike|psbl|abusix|njabl|ordb
(?<!not )(?<!un)listed (in|at|by|on)\b(?! (the )?(domino|directory|address|names?|public))|bl\.
ips? .{0,30}(listed|banned|blocked|rejected|denied)|\bban(ned)?\b
\bblock(ed|ing)?\b|\bs[0o]3140|\bs77719|\bcs01\b|as\(\d+\)|dynamic(ally)? .{0,15}(ip|address|host)|residential
zombie|open (proxy|relay)|multi-?blacklist
\b(spf|dkim|dmarc|arc|batv|srs|sender[- ]?id)\b|sender policy framework|authenticat|unauthenticated|credentials
reverse[- ](dns|lookup|hostname|mapping)|\brdns\b|\bptr\b|(ip )?name lookup failed
(cannot|can't) (find|resolve) your|unresolvable|no matches to nameserver|fcrdns|forward dns|unknown\[
relay(ing)?( mail)?[^.]{0,30}(denied|not (allowed|permitted)|prohibited|reject)
(no|cannot|unable to|not allowed to|as a|not an open|insecure mail|not permitted to|you may not|configured to) relay
don't handle mail for|not a gateway|as a relay|(not in my|isn't in my) list of allowed rcpthosts|not local host
polic(y|ies)|politique|richtlinie|pol[ií]tica|administrative prohibition|prohibited by
organi[sz]ational settings|transport rule|mail flow rule
(?<!recipient address rejected: )access (is )?(denied|rejected|forbidden)|forbidden|refused (by|your)
connection refused by|not (authori[sz]ed|allowed|permitted) to|(?<!mailbox is )unauthori[sz]ed|permission
sender[^.]{0,40}(verif|reject|denied|refused|invalid|not (allowed|accepted|found|exist|valid)|unknown|blocked
  |domain|n't exist|does not exist)
(bad|invalid|unknown|bogus|unverified|unresolvable) (sender|mail from|return path)|return(-| )?path
mail from .{0,20}(invalid|rejected|denied|must)|from address|reverse-path|envelope sender
(your|sending|client|remote) (ip|host|server|mail server|mta|network|domain|organization
  |message)[^.]{0,40}(reject|denied|refused|suspicious|blocked|not (allowed|accepted|permitted)|banned|confirm)
client host
starttls|\btls\b|encryption|certificate
(only|not) accept\w* .{0,30}(mail|messages|connections) from|not accepting (mail|connections|messages) from
not accepting connections|does not accept mail from|no access from|you are not allowed|are not allowed
connections? not accepted
complaint|abuse|suspicious|go away|unwanted|poor|greylist|graylist|mass ?mail|(non-?|not a )member|members?-only
closed mailing list|moderated|not subscribed|subscribers|isn't on the .{0,20}list|not on .{0,20}list
(didn't|does not|do not|don't) have permission|only .{0,40}(members|approved|authori[sz]ed|specific)
(helo|ehlo)[^.]{0,30}(command|reject|argument|invalid|name)|network not allowed|protocol violation
invalid ip for|ask your postmaster|sender was rejected|my name was rejected|rejected due|berechtigt|autoris[ée]
autorizad|oprávn|權限|权限|権限|권한|разрешени|permiss|permis[oi]
(message|mail|email|transaction|submission)s? (was |has been |is |been )?(rejected|refused|denied
  |declined)(?! (because|since) the (user|recipient|mailbox))
mail sending denied|rejeté|abgelehnt (wegen|aufgrund)|low priority|sender id
babble|disconnect|bad dns|postmaster\.(yahoo|t-online|aol|comcast|web)|mail\.live\.com|senders\.yahooinc
support\.google\.com/mail/answer/(188131|81126|6227174)
ipアドレス.{0,30}拒否|拒否|禁止|发信|拒绝|拒收|被拒|黑名单|非法|反垃圾
отклонен|заблокирован|запрещен|чёрн|черн
rechazad|bloquead|bloqu[ée]|gesperrt|refus[ée]
"""

# What people write of a mailbox or a domain that is not there.
GONE = r"""
(unknown|no such|non-?existent|invalid|undeliverable|bad|incorrect|illegal|unrecogni[sz]ed|wrong) (or (unknown
  |invalid|illegal|no such|inactive|misspelled) |and |local |virtual |destination |e-?mail |recipient |target[ ]
  |mailbox |final delivery )*(user|userid|recipient|recip|mail ?box|address(es)?|account|addressee|person|alias
  |name|rcpt|destination|subscriber|member|host|domain|customer|object)\b
(user|recipient|mail ?box|address(ee|es)?|account|alias|rcpt|userid|customer|subscriber|person|name|destination
  |domain|host|mailing list|object|id|group)s?( address(es)?| name| you( have)? (specified|entered
  |tried to reach|are trying to (contact|reach)))?[^.;]{0,60}?(\bunknown\b|not[- ]found|not[- ]?exist|n't exist
  |no longer (exist|valid|active|available|in use|on|work|employ|with|here)|is invalid|(is[ ]
  |was )?not (a )?(known|valid|recogni[sz]ed|present|registered|local|defined|listed|active address|in our
  |our customer|one of our|hosted|correct)|n't (a |be )?(found|known|valid|listed)|could not be found
  |couldn't be found|cannot be found|can't be found|is wrong|has been (deleted|removed|closed|terminated
  |deactivated)|has (moved|left|closed)|\bdeleted\b|doesn't have|does not have an?|no longer accepts
  |unrecogni[sz]ed)
(user ?unknown|userunknown|unknown user|no such (user|person|mailbox|recipient|address|account|local|name|alias
  |email)|no (mail ?box|user|account|one|recipient|mail box)( \w+)? (here|by that|found|at this|with|available
  |at|present|in|of that|named)|no one at this|nobody here|not a (known|valid|local) (user|recipient|mailbox
  |address|mail|account))
(do|does|did|could|can)(es)?( not|n't|not) (exist\b|have an? (\w+ )?(account|mailbox|user)|list|know
  |recogni[sz]e|match any|find (any|the|a|such|that))
doesn't exist|couldn't find (any|the|a) (user|mailbox|recipient|host)
unroute?able( mail)?( address| domain)?|unknown in |not listed in .{0,40}(directory|names?|address)|bad ?rcptto
badrecipientto|validrcptto|allowed rcpthosts (?:user)|envelope recipient|invalid final delivery
destination addresses were unknown|(isn't|is not) (a valid|an active|a known)
(recipient|address)[^.]{0,40}(misspel|typo|mistyp)|moved (permanently|to )|recipnotfound
recip(ient)?\.? ?not ?found|adr\.\w*notfound|missing home directory|user does not
mailbox unavailable \((s\d|-?\d)|mailbox name|other recipients in the same domain|not our customer|discontinued
recipient (is )?not (ok|accepted|exist)|can't accept user|user not (known|exist|active)|no thank you
no valid recipients|not an? (valid )?(email )?address|no e-?mail with that
recipient address rejected: (access denied|\(in reply|@? ?user|unknown|undeliverable|invalid|mailbox)
recipient (rejected|verify failed)|recipient address rejected\.? \(in reply
utilisateur inconnu|_416|check if (the )?address is correct|nicht gefunden werden|ディレクトリ.{0,10}リストにありません
adresse[^.]{0,30}(inconnue|n'existe|incorrecte|invalide)|n'existe pas|destinataire[^.]{0,20}(inconnu|n'existe)
(empf[äa]e?nger|benutzer|adressat|adresse|postfach|mailadresse|konto)[^.]{0,40}(unbekannt|existiert nicht
  |nicht (gefunden|bekannt|vorhanden|existiert|vergeben)|ung[üu]e?ltig|gibt es nicht)
unbekannter? (empf|benutz|adress|user)|existiert nicht|nicht bekannt
usuario[^.]{0,20}(desconocido|no existe|inexistente|inv[aá]lido)|no existe
direcci[oó]n[^.]{0,30}(no (existe|encontrad|v[aá]lida)|incorrecta|desconocida)
destinatario[^.]{0,20}(desconocido|no|sconosciuto|inesistente)|utente[^.]{0,20}(sconosciuto|inesistente|non)
n[ãa]o existe|usu[áa]rio (desconhecido|inexistente|n[ãa]o)|endere[çc]o[^.]{0,20}(n[ãa]o|inv[áa]lido|inexistente)
destinat[áa]rio[^.]{0,20}(desconhecid|n[ãa]o|inexistente)|onbekend|bestaat niet|ok[äa]nd|nie istnieje|neexistuje
nem l[ée]tezik
(пользовател|получател|ящик|адрес|учетн|учётн)[^.]{0,40}(не (существует|найден|зарегистрирован)|неизвестен
  |удал[её]н|недействител|отсутствует)
не существует|нет такого|недоступный адрес|неизвестн\w+ (пользовател|получател|адрес)|такого пользователя нет
(宛先|アドレス|ユーザ|メールアドレス|受信者)[^。]{0,30}(存在|不明|見つか|ありません|間違|誤り|無効)|該当.{0,10}(ユーザ|アドレス).{0,10}(存在|ありません)|あて先不明|宛先不明
(用户|用戶|收件人|邮箱|郵箱|地址|帐号|账号|信箱|域名)[^。]{0,20}(不存在|无效|無效|未找到|找不到|有误|错误|已注销|被删除|未知)|不存在|查无此人|查無此人|존재하지
  |수신자|알 수 없는
"""

# There is no such domain, or it takes no mail.
NO_DOMAIN = r"""
host (\S+ |or domain name )?(unknown|not found(?!, try again))|unknown host|no such (domain|host)
(?<!sender )(?<!your )(?<!from )domain (?!of sender)(name )?[^.]{0,40}(not exist|n't exist|not found|unknown
  |invalid|no longer|not resolve|must exist|not reachable)
name or service not known|name service error.{0,80}host not found(?!, try)|nxdomain
(no|without) (valid )?(mx|mail (host|server|exchanger)|a record|mx record)
(domain|host|address)s? (does|do) not (accept|receive) (e-?mail|mail|messages)|null ?mx|host/domain
mail receiving disabled|dns (error|lookup).{0,40}(nonexist|not exist|nxdomain)|(domain|host) has no|illegal host
bad host|not accepting network|no route for
(mx|srv) .{0,30}no smtp service|may not exist, they may be blacklisted
"""

# The mailbox is there, and closed for now or for us.
CLOSED = r"""
(disabled|suspended|deactivated|frozen|locked|archived?|terminated|inactive) (or \w+ )?(account|mail ?box|user
  |recipient|e?-?mail address)
(account|mail ?box|user|recipient|e-?mail address)[^.]{0,60}(disabled|suspend|deactivated|frozen|locked|archiv
  |\bterminated|inactiv|expired|is blocked)
_4(20|26)\b|compte du destinataire
unexpected name server reply|not found, try again|could not find a gateway
refuses? to (receive|accept)|recipient preferences|user (rules|reject)|rejected by (the )?(user|recipient)
not accepting any mail|blocked by the recipient|protected by|only accept\w* .{0,30}(specific|certain)
recipient.{0,30}(not accept|reject\w* (your|this))
"""

# Now, or at this server; or nothing that can be told.
SOFT = r"""
tim(ed?|e) ?-?out
(connection|host|network|server|route)[^.]{0,30}(refused|unreachable|reset|lost|dropped|closed|down|busy
  |unavailable)
try (again )?later|temporar|too many hops|hop count|\bloop\b|loops? back|expired|retry|could ?not connect
unable to connect|didn't respond|not respond|no answer|server (is )?(busy|error|configuration)
system (error|not|resources|config)|internal error|mailbox (is )?unavail?able|mailbox unavaiable|deferred
disabled|suspend|inactiv|frozen|locked|archiv|deactivated|delivery time
"""

PHRASES = (
    ("policy", IDENTITY),
    ("rate", RATE),
    ("full", FULL),
    ("content", CONTENT),
    ("gone", NO_DOMAIN),
    ("closed", CLOSED),
    ("policy", POLICY),
    ("unknown", GONE),
    ("soft", SOFT),
)
