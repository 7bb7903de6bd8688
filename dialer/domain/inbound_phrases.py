"""Pieces of the patterns of `inbound_rules`: verbs, objects and courtesies, English and Welsh."""

from __future__ import annotations

from typing import Final

STOP: Final = r"(?:stopp?|stopping|stopior?|stopiwchr?|stopia)"
KEY: Final = r"(?:stop|stop ?all|un ?subscribe|unsub|opt ?out|stopio|stopiwch|stopia|arret)"
WEAK: Final = r"(?:cancel|end|quit|revoke)"
COURTESY: Final = (
    r"(?:please|pls|plz|plse|pleas|plis|kindly|thank (?:you|u)|thankyou|thanks?|thanx|thx|tnx|ta|ty|cheers"
    r"|now"
    r"|immediately|straight away|at once|asap|today|diolch(?: yn fawr)?|os gwelwch yn dda|nawr|rwan|ar"
    r" unwaith)"
)
FILL: Final = (
    rf"(?:{COURTESY}|hi|hello|hey|hiya|helo|ok|okay|oh|just|sorry|yes|no|nope|yeah|dear|sir|madam|mate"
    rf"|team|all"
    r"|again|already|ffs|lol|and|but|so|then|simply|really|also|to|love|pal|guys|folks|everyone|it|this|that"
    r"|these|right|away|forever|altogether|completely|for good|x+|\d+)"
)
TEXTS: Final = (
    r"(?:texts?|txts?|texting|txting|messages?|messaging|msgs?|msging|sms|smses|spam|spamming|sbam(?:io)?|contact"
    r"|contacting|communications?|correspondence|notifications?|subscriptions?|updates|reminders"
    r"|e ?mails?|e ?mailing|newsletters?|mailings?|mailshots?|e ?b[oy]st\w*"
    r"|negeseuon|neges|(?:t|th|d|nh)ecst\w*|anfon|danfon|(?:g|ch?)ysylltu)"
)
VERB: Final = (
    r"(?:text|txt|message|msg|contact|email|call|ring|phone|bother|disturb|spam|harass|pester|annoy|write to"
    r"|communicate with|e mail|e mailing"
    r"|send|hassle|badger|hound|whatsapp|sms|texting|txting|messaging|msging|contacting"
    r"|emailing|calling|ringing|phoning|bothering|disturbing|spamming|harassing|pestering|annoying|writing to"
    r"|sending|hassling|badgering|hounding|bugging|bug|canvassing|canvass)"
)
US: Final = (
    r"(?:me|us|this (?:number|phone|person|mobile)|my (?:\w+ )?(?:number|phone|mobile|wife|husband|mum"
    r"|mother|dad"
    r"|father|son|daughter|partner|family|house|home)|him|her|any(?:thing)?|again|anymore|any (?:more|longer)"
    r"|further|here|these|those|texts?|messages?|msgs|e ?mails?|stuff|your|more|to (?:me|us|this))"
)
END: Final = r"(?= \.|$)"
START: Final = r"(?:^|(?<=\. ))"
BETWEEN: Final = r"(?:(?!and |but |or |then |if |when |by |at |because |until )\w+ )"
"""A word that may stand between a verb and its object; one that begins something else may not."""
LIST: Final = (
    r"(?:lists?|database|db|systems?|records?|contacts?|distribution|mailings?|groups?|books?|data|crm"
    r"|campaign|directory|rhestr|system)"
)
MINE: Final = (
    r"(?:me|us|fi|ni|(?:my|our|fy) (?:\w+ ){0,2}?(?:numbers?|no|name|phone|mobile|details|info|information"
    r"|data"
    r"|contact|records?|e ?mail(?: address)?|address|rhif|enw|manylion)"
    r"|this (?:number|phone|contact|mobile|person|e ?mail(?: address)?|address)|y rhif(?: hwn)?)"
)
UNWILLING: Final = (
    r"\b(?:(?:no longer|dont|do not|doesnt|does not|not|never)(?: \w+)? (?:want|wanna|wish|need|care|like"
    r"|agree"
    r"|prefer|desire)(?:ing|ed)?|rather not|prefer not|no desire|no wish|not (?:to )?consent)"
)
FUNCTION: Final = (
    r"(?:please|pls|allwch|allech|fedrwch|wnewch|newch|chi|can|could|would|will|cant|couldnt|wont|wouldnt|you|u|ya|yous|guys|lot|people|i|im|id"
    r"|ive|we"
    r"|want|need|needs|asking|ask|asked|begging|told|said|say|saying|tell|telling|this|it|that|these|to"
    r"|must|should"
    r"|like|wish|have|has|got|make|am|for|the last time|once|and|all|so|but|really|ever|just|again|keep"
    r"|replied"
    r"|texted|typed|sent|already|many|times|twice|how|do|does|why|when will you|dont you|before|now|gods?"
    r" sake|bloody"
    r"|f\w*king|ffs|hell|the word)"
)
"""Words that ask and stress, and say nothing about what should stop."""
DONT_CY: Final = r"(?:peidiwch|paid|peidio|(?:chi|ti) beidio)"
"""“Don’t”, to several and to one."""
GIVE_UP: Final = r"(?:rho|rhowch)(?:r| y)? gorau"
"""“Give up”, as Welsh says “stop it”."""
THESE: Final = r"(?:hyn|hwn|rhain|rhein|rheina|rheini|nhw)"
UNWILLING_CY: Final = r"\b(?:ddim|nid wyf|nid ydw i?|dim) (?:yn )?(?:eisiau|isio|isie|moyn)"
SENT_BY_MANY: Final = r"(?:political|party|campaign|election|marketing|unwanted|unsolicited|spam)"
ON_THE_WAY: Final = (
    r"(?:you|u|ya|me|us|ever|just|really|actually|yet|be|being|going to|gonna|wanna"
    r"|(?:want|wanted|wish|wished|need|have|had|mean|meant|intend|intended|like|ask|asked|try|trying|tried"
    r"|think of|thinking of)(?: for)?(?: you| u| me| us)?(?: to)) "
)
"""What may stand between “not” and “unsubscribe” where the one is said of the other. In “not interested
unsubscribe” and “don’t text me please unsubscribe me” it isn’t.
"""

# What follows says no only with the right words around it: “exclude me”, but not “your policies exclude
# us”; “call me no more”, but not “call me no more than once a week”. What stays in doubt is in `IN_DOUBT`.
_NOT: Final = (
    r"(?:(?:dont|cant|couldnt|wont|wouldnt)(?! (?:you|u|ya)\b)|do not|donot|dnt|not|never|didnt|doesnt"
    r"|does not|cannot|shouldnt|mustnt|why(?! (?:dont|cant|wont|not)\b)|how come"
    r"|how (?:can|could|dare) (?:you|u|they|it))"
)
_SAYS_OF_OTHERS: Final = (
    rf"(?:{_NOT} (?:{ON_THE_WAY}){{0,4}}"
    rf"|(?:they|he|she|who|which|it|people|government|council|party|did (?:you|u)|do (?:you|u)"
    rf"|(?!{FILL} |us |as |times |texts |messages |calls |always |details )\w+s)"
    rf" (?:will |would |may |might |often |always |also |just |(?:wants|tries) to |{ON_THE_WAY}){{0,4}}"
    rf"|{START}(?:you|u) (?:always |just |often |only )?)exclude\b"
)
"""Somebody tells who excludes whom, or asks not to be excluded."""
_CALLS: Final = r"(?:calls?|calling|canvass\w*|marketing|campaigning|campaigns|phone ?bank\w*)"
_EXCLUDE: Final = rf"exclude (?:{MINE}|myself|ourselves)\b"
_FROM_ELSE: Final = (
    rf" (?:(?:and|or) my \w+ )?(?:from|out of|in|on|at) (?!(?:\w+ ){{0,5}}?(?:{LIST}|{TEXTS}|{_CALLS}|this"
    r"|these|that|it|them|here|all|any|anything|everything|further|future|receiving|being|now)\b)"
)
EXCLUDE: Final = (
    rf"{START}(?:(?!{_SAYS_OF_OTHERS})\w+ )*?(?!{_SAYS_OF_OTHERS}){_EXCLUDE}(?! plates?\b)(?!{_FROM_ELSE})"
)
_EXCLUDE_MAYBE: Final = rf"\b(?<!dont )(?<!\bnot )(?<!never ){_EXCLUDE}(?! plates?\b)"
_ME_NO_MORE: Final = rf"\b{VERB} (?:me|us|this number) no more\b"
ME_NO_MORE: Final = (
    rf"(?<!they )(?<!people )(?<!kids )(?<!friends ){_ME_NO_MORE}(?! (?:\w+ ){{0,4}}than\b)(?! names?\b)"
)
_MORE_THAN: Final = (
    rf"\b(?:no more|no further|dim mwy) (?:than|nag?|na) {BETWEEN}{{0,3}}?{TEXTS}\b"
    rf"|\b(?:no more|no further) (?:\w+ ){{0,3}}?{TEXTS} than\b"
)

_CALLED_SO: Final = r"\b(?! (?:i |ni )?(?:yn|in|nin) (?!(?:y|ystod|hwyr|gynnar|aml)\b))"
"""Not “call me a …”: “yn” stands before what somebody is called, as it does before “the night” and others."""
_CALL_ME_CY: Final = (
    r"(?:fi|ni|i|imi|(?:fy|ein|y|yr) (?:\w+ )?(?:rhif|ffon)|rhif|ar|arn\w+|yma|acw|eto|byth|nol"
    rf"|bob|yn (?:y|ystod|hwyr|gynnar|aml)|ir|or|mwy\w*|rhagor|bellach|{COURTESY})"
)
DONT_CALL_OR_SEND_CY: Final = (
    rf"\b(?<!pam ){DONT_CY} (?:byth )?(?:(?:(?:a |ag )?(?:fy |ein )|a[mn] )n?galw|(?:a |ag )?ngalw)"
    rf"{_CALLED_SO}"
    rf"|\b(?<!pam ){DONT_CY} (?:byth )?(?:a |ag )?galwr?(?:{END}| {_CALL_ME_CY}{_CALLED_SO})"
    rf"|\b{DONT_CY} (?:(?:a |ag )?(?:fy |ein )?|a[mn] )gyrru(?! (?:ar ol|wrth|heb|adre\w*"
    r"|(?:y |eich |ich )?(?:car|ceir|bws|lori|fan)|yn (?:rhy|gyflym|wyllt|feddw))\b)\b"
)
"""“Don’t call me”, “don’t send”. To call is also to call an election, or people names, and to send is also to
drive; “pam peidio” is why not.
"""
_DONT_MAYBE_CY: Final = rf"\b(?<!pam ){DONT_CY} (?:byth )?(?:a |ag |a[mn] )?(?:fy |ein )?(?:gyrru|n?galwr?)\b"
_NOT_ABOUT_CY: Final = (
    r"(?!(?: \w+){0,3}? (?:am (?!byth\b|nawr\b|rwan\b|heddiw\b|y tro\b)|ynghylch\b|ynglyn\b|anghywir\b))"
)
_SENDING_CY: Final = (
    rf"d?anfon(?:{END}|(?: \w+){{0,3}}? (?:(?!d?anfon\b){TEXTS}|{THESE}|at\w*|i|fi|mi|imi|ifi|ni|eto|yma"
    rf"|stwff|pethau?|pethe|rhagor|mwy|{COURTESY})\b)"
)
GIVE_UP_TEXTS: Final = (
    rf"\b{GIVE_UP} (?:ir? |ich )?(?:\w+ )?(?:(?!d?anfon\b){TEXTS}\b|{_SENDING_CY}){_NOT_ABOUT_CY}"
)
_GIVE_UP_MAYBE: Final = rf"\b{GIVE_UP} (?:ir? |ich )?(?:\w+ )?{TEXTS}\b"
UNWILLING_TEXTS_CY: Final = rf"{UNWILLING_CY}r (?:\w+ )?(?:negeseuon|neges|tecst\w*)\b{_NOT_ABOUT_CY}"
_UNWILLING_MAYBE_CY: Final = rf"{UNWILLING_CY}r (?:\w+ )?(?:negeseuon|neges|tecst\w*)\b"
IN_DOUBT: Final = (
    _EXCLUDE_MAYBE,
    _ME_NO_MORE,
    _MORE_THAN,
    _DONT_MAYBE_CY,
    _GIVE_UP_MAYBE,
    _UNWILLING_MAYBE_CY,
)
"""Words of these that a rule left, since they may say something else."""
