"""Phrases of mail servers that refuse a message, such as "<mailbox> ~ <absent>".

Each line is a regular expression for one line in lower case, in which "@" replaces every address. `<name>` matches
one of the words of that name, "~" up to 40 characters of a sentence. The first kind of the table that matches counts.
"""

import re
from functools import cache

APART = r"(?:[^.;。]|\.(?=\w)){0,40}?"
PLACEHOLDERS = {
    # Words for the recipient, in several languages.
    "mailbox": r"""\b(?:users?|userid|recipients?|mail ?box(?:es)?|address(?:es|ees?)?|accounts?|alias|rcpt
        |customer
        |subscriber|persona?|name|destination|inbox|mailing list|group|object|directory|local part)\b|utilisateur
        |destinataire|adresse
        |compte|bo[iî]te|empf[äa]e?nger|benutzer|adressat|postfach|konto|usuario|destinatario|direcci[oó]n
        |cuenta
        |buz[oó]n|usu[áa]rio|destinat[áa]rio|endere[çc]o|caixa|utente|casella|indirizzo|gebruiker|postvak
        |anv[äa]ndare
        |odbiorc|skrzyn(?:k|ce)|u[zż]ytkownik|schr[aá]nk|u[zž]ivatel|p[rř][ií]jemc|adres[aou]?\b
        |mailadres|utilizator|modtager|mottaker
        |al[\u0131i]c[\u0131i]\b|kullan[\u0131i]c[\u0131i]|posta kutusu|k[aä]ytt[aä]j[aä]|vastaanottaj|postilaatikko
        |felhaszn[aá]l[oó]|c[ií]mzett|postafi[oó]k
        |пользовател|получател|ящик|адрес|уч[её]тн|користувач|одержувач|отримувач|скриньк
        |χρήστη|παραλήπτ|διεύθυνσ|המשתמש|הנמען|הכתובת|المستخدم|المستلم|العنوان
        |người (?:dùng|nhận)|địa chỉ|hộp thư|ผู้(?:ใช้|รับ)|ที่อยู่|pengguna|penerima|alamat
        |宛先|宛て先|ディレクトリ|アドレス|ユーザ|受信者|メールボックス
        |用[户戶]|收件人|[邮郵]箱|信箱|地址|[帐账]号|사용자|수신자|메일함""",
    "absent": r"""\bunknown\b|unrecogni[sz]ed|no such|non-?existent|\bnot[- ]?(?:found|exist|present)
        |n[o']t (?:exist|have|find
        |list|known?\b|recogni|match)|n[o']t be found|\b(?:is|was|are)(?: not|n't) (?:a |an |one |on |in
        |our |any )*
        (?:known|valid|active|registered|local|listed|defined|present|customer|user|member|here|system)
        |\bnot (?:a )?local(?! host)|no longer[ ]
        (?:exist|valid|available|active|in use|on|works?|employ|with|here|has)|\bdeleted\b
        |been (?:removed|closed)
        |misspel|mistyp|inconnu|n'existe pas|introuvable|unbekannt|existiert nicht|nicht (?:im \S+ )?(?:gefunden
        |bekannt|vorhanden|aufgelistet)
        |ung[üu]e?ltig|desconocid|no existe|inexistente|no encontrad|desconhecid|n[ãa]o (?:existe
        |encontrad)|sconosciut
        |non (?:esiste|trovato)|impossibile trovare|onbekend|bestaat niet|niet (?:gevonden|vinden)
        |ok[äa]nd|finns inte|hittades inte|inte (?:att )?hitta
        |(?:ikke|ble ikke) fun(?:d|n)et|nie mo[zż]na znale[zź][cć]|nu a fost g[aă]sit
        |nie (?:istnieje|znaleziono|ma takiego)|\bbrak (?!miejsca)|neexistuj|nenalezen|nezn[aá]m
        |nu exist|ukendt|ukjent|fin[dn]es ikke|bulunamad|mevcut de[ğg]il
        |ei (?:löydy|ole olemassa)|nem (?:tal[aá]lhat|l[eé]tezik)|не (?:существует|найден
        |зарегистрирован|удалось найти|існує|знайден)|δεν (?:υπάρχει|βρέθηκε)|לא (?:קיים|קיימת|נמצא)|غير موجود
        |không (?:tồn tại|tìm thấy)|ไม่พบ|tidak (?:ditemukan|dikenal)
        |неизвест|недействител|удал[её]н|存在し|不明|見つか|ありません|不存在|[无無]效|找不到|未找到
        |[错錯][误誤]|已注[销銷]|존재하지|없는|찾을 수 없""",
    "ip": r"\d{1,3}(?:\.\d{1,3}){3}",
    "wrong": r"\b(?:invalid[eo]?|malformed|bad|incorrect|illegal|wrong|undeliverable|unrout(?:e?able)|no valid)\b",
    "full": r"""\b(?:over)?full\b|over (?:the |its |their |his |allowed |disk |storage )*quota|overquota
        |quota exceed
        |exceed\w*~(?:quota|storage|space|limit|allocation)
        |(?:out of|no|insufficient|n[o']t (?:have )?(?:enough|sufficient))(?: \w+)? (?:space|storage|room)
        |exhausted|pleine?\b|voll\b|überfüllt|zu ?viele (?:e-?)?mails
        |pe[lł]n[aey]\b|brak miejsca|pln[aáyý]\b|fuld\b|\bdolu\b|t[aä]ynn[aä]|megtelt|llen[oa]|cheia
        |piena|переполнен|いっぱい|一杯|満杯
        |容量|已?[满滿]|空间不足|가득|\bvol\b|penuh|переповнен|γεμάτ|đã đầy""",
    "shut": r"""disabled|suspend|deactivated|\bfrozen|\blocked|archived|terminated|inactiv|expired
        |is blocked|dormant|no longer accepts
        |d[ée]sactiv[ée]|suspendu|deaktiviert|gesperrt|inactiv|desactivad|suspendid|disattivat|заблокирован
        |отключ[её]н|停用|停止
        |冻结|禁用""",
    "message": r"""\b(?:messages?|e-?mails?|mails?|content|attachments?|files?|headers?|nachricht|mensaje
        |mensagem|messaggio)\b""",
    "refused": r"""reject(?:ed|s)?\b|refused|denied|blocked|banned|declined|not (?:accept|allow|permit|authori[sz]ed
        |welcome)
        |prohibited|forbidden|unacceptable|rejet[ée]|refus[ée]|bloqu[ée]e?|abgelehnt|gesperrt|rechazad|bloquead|rifiutat
        |recusad|rejeitad|geweigerd|avvisad|odrzucon|отклон[её]н
        |запрещ|заблокирован|拒否|拒[绝絕收]|被拒|거부""",
    "junk": r"""(?<![a-z])(?:spam(?:s|my|ming|mers?|text)?|junk|bulk|phish[a-z]*|unsolicited|virus(?!wall)[a-z]*|malware
        |trojan|infected|worm|spamassassin)(?![a-z])|спам|вирус|スパム
        |迷惑メール|ウイルス|垃圾|病毒|스팸""",
    "us": r"""\b(?:senders?|your (?:\w+ )?(?:ip|host|server|address|domain|network|organi[sz]ation|mta
        |connection)|client
        |sending|remote host(?! said)|from address|mail from|envelope sender|return[- ]?path|reverse-path|helo
        |ehlo)\b|\bips?(?![a-z])
        |absender|remitente|expéditeur|[ée]metteur|mittente|remetente|отправител|发件人|送信者""",
    "domain": r"\b(?:domain|host|mx|dns)\b(?! of sender| records? for)|домен|域名|ドメイン",
    "much": r"""\b(?:too (?:many|much|fast|often)|exceed\w*|excessive|unusual|limit\w*|reached)\b|trop de
        |zu viele|demasiad""",
    "traffic": r"""\b(?:connections?|sessions?|messages|mails|e-?mails|recipients|errors|unknown|hits
        |requests|traffic|rate|volume
        |frequency|sending|concurrent|per (?:hour|minute|day|second))\b|connexions|verbindungen|conexiones
        |conex""",
}  # fmt: skip

# Refusals because of the sender: block lists, reputation, authentication. Texts about spam or rates name these too.
IDENTITY = r"""
\w*rbl\b|(?<!not )(?<!n't )\blisted (?:at|in|on|by)\b|backscatter|bouncedeny
forward(?:-confirmed)? dns|unresolvable|purported
reputation|(?:black|block|deny|white|allow)[ -]?list|\bdnsbl|\brhs?bl\b|spamhaus|spamcop|barracuda
cloudmark|senderscore
senderbase|proofpoint|mailspike|uceprotect|abuseat|sorbs|invaluement|abusix
\b(?:spf|dkim|dmarc|arc|batv|sender[- ]?id)\b|(?:un)?authenti(?:fi)?cat|credentials|reverse[- ](?:dns|lookup)
\bauth\b|\bsasl\b|\brdns\b|\bptr\b
no reverse|(?<!limit )polic(?:y|ies)\b|politique|richtlinie|pol[ií]tica|administrative prohibition|greylist|graylist
\brelay(?:ing)?\b~<refused>|unauthori[sz]ed relay|(?:not|n't|no|unable to|cannot|<refused>) (?:\w+ ){0,2}relay
as a relay|insecure ~relay|relaying mail|n[o']t handle mail for
open proxy|dynamic(?:ally)? ~(?:ip|address|host)|complaints?\b|\babuse\b|黑名单|ブラックリスト
(?:sperr|czarn\w* )lis|lista n[eé]|liste noire|ч[её]рн\w+ спис|fail\w* ~\bhelo\b
"""
RATE = r"""
<much>~<traffic>|<traffic>~<much>|throttl|slow(?:er| ?down)|rate[- ]?(?:limit|control)|unusual rate
(?:receiving|sending) ~(?:too quickly|at a rate)|resources temporarily unavailable|слишком много|过于频繁
(?:submission|sending|outbound|sender'?s?) (?:\w+ )?(?:quota|limit)\b|rate that prevents|\b(?:hl|mi|rp):[a-z]{3}\b
"""
# What is stored, not what is sent; and the size of one letter, which servers that quote RFC 5321 call storage too.
STORED = r"""
too many (?:messages|mails) (?:on|in) (?:\w+ )?(?:server|mail ?box|inbox|account)|zu ?viele (?:e-?)?mails auf
"""
SIZE = r"message size ~exceed(?!.*(?:quota|space))|exceed\w* ~message size"
FULL = r"""
<mailbox>~<full>|<full>~<mailbox>|over ?quota
(?:quota|cuota|cota|kvot\w*|kota)~(?:exceed|violation|full|reached|dépass|excedid|superad)
(?:mail ?box|inbox|account|mail file) (?:size|storage|space|limit)~exc?eed|<mailbox>~exceed~\bsize
space~(?:not enough|used up)|system full|not have enough space
(?:exceed|over|superad|excedid|dépass|rebas|przekrocz)\w* ~(?:quota|cuota|cota|storage|limit skrzynki)
mail ?folder is full|no space left
(?:insufficient|not (?:enough|sufficient)) (?:system |disk )?(?:storage|space)
dis[ck] ?(?:space )?quota|too much mail data
квот\w+~превышен|speicherplatz
"""
CONTENT = r"""
<junk>|anti-?spam|\b(?:uri|sur)bl\b|<message>~(?:size|too (?:big|large)|(?<!queue )too long)|too (?:big|large)\b
size (?:limit|exceed)
(?:maximum|max|fixed) ~size|content~<refused>|<refused>~content
(?:<wrong>) (?:mime|data|structure|format)|mime~(?:error|reject)
command~(?:not|un)(?: ?(?:recogni|implement|support|known))|(?:unknown|unrecogni[sz]ed|<wrong>) command|bad sequence
syntax error(?!.*(?:address|mailbox|recipient))
(?:executable|banned|illegal) (?:files?|attachment)|(?:attachment|encoding)~(?:<wrong>|<absent>)
(?:<wrong>|<absent>) (?:encoding|attachment)|(?:url|links?) (?:in|to)\b
(?:attachment|file ?type)~<refused>|<refused>~attachment|content filter|rejecting ~content
\btaille\b|header error
zu gro[sß]|trop (?:gros|volumineu)|(?<!is )malformed|(?:invalid|missing|duplicate|bad|multiple) ~header
line (?:is )?too long|<message>~(?:scored|filtered|length exceed)|filters? (?:rate|score)|protocol violation
base64|improperly|non-?compliant
bare (?:lf|cr)|not rfc|8-?bit|サイズ
"""
# Here "user" or "domain" means the sender.
SENDER = r"""
<us>~(?:<refused>|<absent>|<wrong>|verif|suspicious|unresolvable|must|mismatch|resolv|has no\b|empty)
(?:<wrong>|<absent>|<refused>) ?(?:\w+ )?<us>
(?<!recipient address rejected: )access~<refused>|domain of sender
(?:cannot|can't|unable to) (?:find|resolve) your|bogus ~from|\bfrom:? <domain>|valid from\b
<us>~(?:not|n't) (?:(?:in|on)\b|(?:\w+ ){0,2}(?:pre-?approved|passed|owned|validat))
(?:messages|mail) from \[?<ip>~(?:<refused>|deferred)|address \[?<ip>~(?:<refused>|<absent>|<wrong>)
no valid recipients? from|gateway user
<wrong> ~(?:in|of) (?:the )?(?:from|reply-to|sender)\b|(?:for|known) senders?\b|sender callback
"""
NO_DOMAIN = r"""
<domain>~(?:<absent>|<wrong>)(?!, try again)|(?:<absent>|<wrong>) (?:\w+ )?<domain>|nxdomain|null ?mx
<domain>~does not accept mail
name or service not known|host not found(?!, try)|mail receiving disabled
no (?:valid )?(?:mx|mail (?:host|server|exchanger))
(?:domain|host) has no|all relevant mx records point to non-?existent
"""
# Errors of a program behind the mailbox's server, about its own files and users.
PROGRAM = r"""
\bpipe\b|procmail|maildrop|no such file|child process|couldn't create|unable to open|returned ~exit
mailer error|command (?:died|failed|output)
"""
# "Recipient address rejected" alone gives no reason.
SHUT = r"""
<mailbox>~(?:<shut>)|(?:<shut>)~<mailbox>|<mailbox> (?:is )?not (?:yet )?activ
recipient address rejected\W*(?:\(in reply|$)
"""
# Microsoft's directory-based blocking replies "recipient address rejected: access denied" for unknown recipients.
ABSENT = r"""
<mailbox>~(?:<absent>)|(?:<absent>)~<mailbox>|<wrong>[ -](?:[\w-]+ ){0,3}<mailbox>
@[^\w@]{0,5}(?:(?:does|is|was) )?(?:unknown|not (?:exist|found|known|a (?:known|valid)))|<mailbox>(?: \w+)? is <wrong>
unknown user|user ?unknown|recipnotfound|unrouteable
(?:no|any) (?:user|mail ?box|account|one|recipient|address)~(?:here|found|available|by that|at this)
(?:<mailbox>)~not in (?:my|our|the)\b|validrcptto
n[o']t an? (?:valid|known|existing|active|registered) <mailbox>|<mailbox> <wrong>|nessun utente|no such id\b
<mailbox>~not a member of (?:\w+ )?domain|bad(?:rcpt|recipient)to
550 (?:5\.[157]\.\d )?(?:requested ~action not taken:? ?)?(?:mailbox|account) (?:is )?(?:un|not )available(?! or )
5\.1\.0 address rejected
5\.4\.1 ~recipient address rejected: access denied|nobody here|нет такого|такого ~нет|查[无無]此人|該当
moved (?:permanently|to @)
mailbox unavailable \(|not our customer
"""
POLICY = r"""
<message>~<refused>|<refused>~<message>|permission|organi[sz]ational settings|transport rule
not authori[sz]ed|recipient(?:'s)? preferences?|\b(?:start)?tls\b|verification fail|<domain>~<refused>
certificate|encrypt|suspicious|unwanted|members?-only|not subscribed|moderated
closed ~list
go away|(?:you|sender) (?:is|are) <refused>
refused to talk|connections?~not (?:be )?accept|not accepting connections|no access from|use ~your isp|service refused
only ~(?:members|accept)|allowed rcpthosts?|accepting (?:e-?mail|mail|messages) from|your server requires|mass mailer
connection refused by|network not allowed|\bblocked\b|\bbanned\b|權限|权限|権限|拒否|拒绝|拒收
被拒|禁止
connections? (?:denied|rejected)|\bip ?[=:] ?\[?<ip>
"""
# The DNS failed, not the letter; or the server names two reasons and does not say which.
LOOKUP = r"""
name ?server (?:reply|error)|host not found, try again|domain mismatch\w* ~client
unavailable or access denied
"""
# A list of letters that only its members may write to.
LIST = r"""
not (?:an? )?(?:\w+ )?(?:member|subscriber)s?\b(?! of (?:\w+ )?domain)|n[o']t (?:\w+ )?subscribed
(?:nicht|kein|keine) ~(?:mitglied|abonnent)|pas ~(?:membre|abonn[ée])|no (?:es|eres|est[áa]s?) ~(?:miembro|suscrit)
n[ãa]o ~(?:membro|inscrit)|non ~(?:membro|iscritt)|geen ~(?:lid\b|abonnee)|не явля\w+ ~(?:участник|член|подписчик)
不是~(?:成员|成員|会员)|メンバーでは
"""
# The way to the other server failed, or that server itself, before it knew whether there is such a mailbox.
NETWORK = r"""
(?<!\b5\d\d )connection (?:refused(?! by)|refused by (?:\[?\d|[\w-]+\.\w)|reset|dropped|timed out)
lost connection|no route to host
message expired|internal (?:server )?error
(?:loops?|points?) back|(?:forwarding|mail|routing) ?loop|too many hops|hop count|permission denied
tls~not (?:available|offered)|(?<!reverse )\bdns (?:records?|lookup|check|quer\w+|failure|error)(?!.*nxdomain)|dnssec
(?:lookup|ldap|directory server|database|back-?end|recipient server)~(?:fail|unavailable|not available|unreachable)
n[o']t accept our requests? to connect|transport unavailable
(?:cannot|unable to) verify|network error|temporarily rejected|service (?:is )?(?:currently|temporarily) unavailable
"""
# Temporary failures, failures of this server, and unclear ones.
SOFT = r"""
in the queue|queue (?:period|time)|been collected|failing for a long|long failure|find a gateway|has been delayed
delivered for
tim(?:ed?|e)[ -]?out|(?:after|failed) (?:\w+ )?(?:\d+ )?(?:attempts|retries)|for the last \d
(?:connection|network|server|route|host|domain)~(?:refused|(?:un|not )reachable|reset|lost|dropped|closed|down|busy)
(?:connection|route)~broken
try (?:again )?later|temporar|\bloop(?:s|ing)?\b|expired|deferred|(?:didn't|not) respond
(?:unable to|(?:could|can)(?: ?not|n't)|failed to) connect|kunde inte ansluta|time limit (?:specified|exceeded)
not found, try again|(?:could|can)(?: ?not|n't) be resolved
interrupted|misconfig|error in processing|while being processed
(?:system|local|queue file) (?:\w+ )?(?:error|config|resources)|internal (?:server )?error
service (?:not available|unavailable)|transmission channel
"""


def compile_phrases(lines: str) -> re.Pattern[str]:
    """One expression for any of `lines`. Raises KeyError for an unknown placeholder."""
    pattern = "|".join(f"(?:{line})" for line in lines.strip().splitlines())
    pattern = re.sub(r"<([a-z]+)>", lambda named: f"(?:{_join_lines(PLACEHOLDERS[named[1]])})", pattern)
    return re.compile(pattern.replace("~", APART))


def _join_lines(words: str) -> str:
    """Return `words` on one line. Nothing takes the place of a line break."""
    return re.sub(r"\n\s*", "", words)


KINDS = (
    ("soft", LOOKUP),
    ("policy", IDENTITY),
    ("full", STORED),
    ("rate", RATE),
    ("content", SIZE),
    ("full", FULL),
    ("content", CONTENT),
    ("policy", SENDER),
    ("policy", LIST),
    ("soft", NETWORK),
    ("gone", NO_DOMAIN),
    ("soft", PROGRAM),
    ("closed", SHUT),
    ("unknown", ABSENT),
    ("policy", POLICY),
    ("soft", SOFT),
)


@cache
def table() -> list[tuple[str, re.Pattern[str]]]:
    """Return what servers write for each kind, in the order in which they are tried. Compiling it takes 0.1 s."""
    return [(kind, compile_phrases(lines)) for kind, lines in KINDS]
