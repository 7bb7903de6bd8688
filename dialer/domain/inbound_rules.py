"""The words by which people say no, and those by which they don't (contract §7): a table, first match wins.

Patterns are matched against `inbound_cleaning.words` of each clause, clauses joined by “ . ”: lower case, no
accents, no apostrophes (“dont”). English and Welsh, with the mutations that the phrases bring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialer.domain.inbound_phrases import (
    BETWEEN,
    COURTESY,
    DONT_CALL_OR_SEND_CY,
    DONT_CY,
    END,
    EXCLUDE,
    FILL,
    FUNCTION,
    GIVE_UP,
    GIVE_UP_TEXTS,
    IN_DOUBT,
    KEY,
    LIST,
    ME_NO_MORE,
    MINE,
    ON_THE_WAY,
    SENT_BY_MANY,
    START,
    STOP,
    TEXTS,
    THESE,
    UNWILLING,
    UNWILLING_CY,
    UNWILLING_TEXTS_CY,
    US,
    VERB,
    WEAK,
)

OPT_OUT: Final = "opt_out"
REVIEW: Final = "review"
OPT_IN: Final = "opt_in"
OTHER: Final = "other"

KEYWORDS: Final = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "unsub", "cancel", "end", "quit", "revoke", "optout"}
    | {"opt out", "arret", "stopio", "stopiwch"}
)
"""The whole text is one of these: an opt-out (contract §7; the carrier's own list is among them)."""
OPT_IN_KEYWORDS: Final = frozenset({"start", "unstop"})
YES: Final = frozenset({"yes"})
HELP: Final = frozenset({"help", "info"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What a phrase means. `why` tells it in the words of a page."""

    name: str
    klass: str
    why: str
    pattern: re.Pattern[str]


def _rule(name: str, klass: str, why: str, *patterns: str) -> Rule:
    return Rule(name, klass, why, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))


RULES: Final = (
    _rule(
        "asks_to_go_on",
        OTHER,
        "says not to stop",
        rf"{START}(?:(?!you |u |ya |why |they |it |if |texts |messages |msgs |these |this |calls )\w+"
        rf" ){{0,3}}"
        rf"(?:dont|do not|never|peidiwch a|paid a|byth) (?:you |u )?(?:ever |just )?{STOP}\b",
        rf"\b(?:dont|do not|didnt|not|never|wont|no need to) (?:{ON_THE_WAY}){{0,3}}(?:un ?subscribe|unsub"
        r"|opt (?:me |us )?out)\b",
    ),
    _rule(
        "asked_before",
        OPT_OUT,
        "says that they asked before",
        rf"\b(?:said|say|saying|replied|reply|replying|texted|text|texting|sent|send|sending|typed|type|put"
        rf"|written) (?:you |u |the word |back )?{KEY}"
        rf"(?: (?:twice|again|already|before|to|yet|so|but|and|now|\w+ times|{FILL})\b)*+{END}",
        rf"\b(?:told|asked|begged|requested|instructed) (?:you|u|yous|your \w+|this number)"
        rf"(?: \w+){{0,3}}? (?:to )?(?:{KEY}|not|remove|leave)\b",
        r"\b(?:i|ive|i have|we|weve) (?:already |just |now )*(?:opted out|unsubscribed)\b",
    ),
    _rule(
        "asks_how_to_stop",
        OPT_OUT,
        "asks how to get no more texts",
        rf"\b(?:(?:how|where) (?:do |can |could |would |to )(?:i |we |you )?|(?:can|could|may) (?:i|we)"
        rf" )(?:\w+ )?"
        rf"(?:{STOP}|cancel|end|block|turn off|switch off) (?:\w+ ){{0,3}}?(?:{TEXTS}|this|these|it|receiving"
        rf"|getting)\b(?! \w+ing\b)",
        rf"\b(?:how|where) (?:do|can|could|would|to) (?:i |we )?(?:\w+ )?(?:{KEY}|be removed|get"
        rf" removed){END}",
        r"\bhow (?:do|can|could) (?:i|we) (?:get|make) (?:you|u|this|these|it|them) (?:to )?stop\b",
        rf"\bhow (?:do|can|could) (?:i|we) (?:get|come) off (?:\w+ ){{0,3}}?{LIST}\b",
        rf"\bsut (?:\w+ ){{0,3}}?{STOP}(?: {THESE}| {TEXTS})?{END}",
    ),
    _rule(
        "stop_texting",
        OPT_OUT,
        "asks to stop the texts",
        rf"\b(?<!non )(?<!\bi )(?<!\bill )(?<!\bi will )(?<!\bwe )(?<!\bwell )(?:{STOP}|quit|cease"
        rf"|halt|cancel|end|terminate|discontinue|put a (?:stop|end) to) {BETWEEN}{{0,4}}?{TEXTS}\b",
        rf"\b(?:i|we) (?:want|need|wish|like|would like|wanna) (?:you |u |this |it |them |these )*"
        rf"(?:to )?{STOP} {BETWEEN}{{0,4}}?{TEXTS}\b",
        rf"\b(?:{STOP}|quit|cease|desist from|refrain from) {VERB} (?:\w+ )?{US}\b",
        rf"\b(?:{STOP}|quit|cease|desist from|refrain from) (?!sending|annoying|harassing){VERB}"
        rf"(?: {FILL})*{END}",
        rf"{START}(?:{COURTESY} )*(?:cease|desist)(?: {COURTESY})*{END}",
        GIVE_UP_TEXTS,
        rf"\b{GIVE_UP}(?: iddi| iddo| nawr| rwan| {COURTESY})*{END}",
        r"\bput (?:a|an) (?:stop|end) to (?:this|these|it|that)\b",
        rf"\b{STOP} all of (?:it|this|these|that|them)\b",
        rf"\b{STOP} (?:sending|emailing) (?:me|us|it|them|this|these|stuff|things)\b",
        r"\bcease and desist\b",
    ),
    _rule(
        "a_place_or_way",
        OTHER,
        "means a stop on a way",
        r"\b(?:which|what|bus|tram|train|tube|metro|coach|next|last|first|second|third|nearest|closest|my|your"
        r"|his|her|our|their|the|a|an|one|two|three|every|same|right|pit|rest|lunch|lorry|truck|full|non|short"
        r"|final|whistle|door|toilet) stops?\b(?! (?:command|keyword|word|option|instruction|button|link"
        r"|request|message|text|texts|facility|function|code|list|thing|doesnt|does not|isnt|didnt|not|never"
        r"|me|these|it|texting|sending|messaging|contacting))",
        r"\bstop(?:s|ped|ping)? (?:by|over|off|outside|near|round|along|in (?!the name)|at (?!once|this|all)"
        r"|for (?:a|some|lunch|tea|coffee|petrol|food|chips))\b",
        r"\b(?:bws|tren) (?:\w+ ){0,3}stopio\b",
        r"\bstop (?:press|gap|sign|signs|watch|light|lights|motion|and search|smoking|drinking|worrying"
        r"|panicking)\b",
        r"\b(?:bus|buses|tram|train|trains|taxi) (?:\w+ ){0,3}stops?\b",
        r"\bstop me if\b",
        r"\b(?:does|do|did|will) (?:the|this|that|it|any) (?:\w+ )?stop (?:at|in|on|near|here|there)\b",
    ),
    _rule(
        "of_oneself",
        OTHER,
        "tells what they themselves stop or quit",
        r"\b(?:i|we|he|she)(?:ll|ve|m)? (?:just |really |also )?(?:cant|cannot|can not|wont|will not"
        r"|will never|would never|never|dont|do not|didnt|couldnt|wouldnt|havent|am not|refuse to|not)"
        r"(?: ever| even| just| going to| gonna)? (?:stop|quit|end|cancel)(?:ped|ping|ting)?\b",
        r"\b(?:i am|im|were|we are|are|is|its|not|never) (?:never |not )?(?:going to|gonna) stop\b",
        rf"{START}(?:just )?(?:cant|cannot) stop (?!texting|messaging|sending|spamming|contacting"
        rf"|bothering)\w+ing\b",
        r"\b(?:i|we|ill|well|ive|weve|im|he|she|they|who|nothing|nobody) (?:(?!want|wanna|would|wish|need"
        r"|like|said"
        r"|say|asked|told|ask|request|demand|insist|repeat|have|cant|cannot|keep|kept|texted|replied|sent"
        r"|typed"
        r"|please|hope)\w+ ){0,2}(?:stop|stopped|stops|quit)\b(?! {0,1}$)",
    ),
    _rule(
        "please_stop",
        OPT_OUT,
        "asks to stop, and nothing else can be meant",
        rf"{START}(?:(?:{FILL}|{FUNCTION}) )*+{KEY}(?: (?:{FILL}|{KEY}|doing (?:this|it|that)|me|or"
        rf" else"
        rf"|right now|bothering|will you|would you|you lot|{WEAK})\b)*+{END}",
        rf"{START}(?:{COURTESY} )*{WEAK}(?: {COURTESY})+{END}",
        rf"{START}(?:{COURTESY} )+{WEAK}(?: {COURTESY})*{END}",
        rf"{START}(?:{FILL} )*stop (?:i|im|ive|we|this (?:is|isnt|was|number|phone)|wrong|not|no|who|why"
        r"|where|or|immediately|because|sorry|dont|do not|never|leave|remove|take|delete|sent (?:from|via)"
        r"|regards|kind regards|best|from|and (?:dont|do not|remove|delete|leave|take|never|please))\b",
    ),
    _rule(
        "unsubscribe",
        OPT_OUT,
        "asks to be unsubscribed",
        r"\b(?:un ?subscribe|unsub|unsubscribing|desubscribe|(?:d?dad ?|dat)danysgrifi\w*|optio allan)\b",
        rf"{START}(?:{FILL} )*opting out(?: {FILL})*{END}",
        r"\bopt(?:ing)? (?:me|us|myself|this number) out\b",
        rf"\b(?:(?:i|id|we) (?:\w+ ){{0,3}}|please |how \w+ i |to |me |can i )opt(?:ing)? ?out(?: of (?:\w+ )"
        rf"{{0,3}}?(?:{TEXTS}|this|these|it|all|everything|{LIST})\b|{END}| (?:please|from|thanks|now)\b)",
        rf"{START}(?:\w+ )?opt ?out of (?:\w+ ){{0,3}}?(?:{TEXTS}|this|these|it|all|everything|{LIST})\b",
    ),
    _rule(
        "take_me_off",
        OPT_OUT,
        "asks to be taken off the list",
        rf"\b(?:remove|removing|delete|deleting|erase|erasing|deregister|tynnwch|dilewch|dileu)"
        rf" (?:all |any |the |of )*(?:{MINE}|personal data)\b",
        EXCLUDE,
        rf"\b(?:take|taking|get|getting|strike|cross|scrub|knock|scratch|wipe|drop|keep|leave) (?:{MINE}"
        rf"|him|her"
        rf"|them|my \w+) (?:(?:off|out of|oddi ar)(?: {FILL})*{END}|(?:off|out of|from|oddi ar) (?:\w+"
        rf" ){{0,4}}?{LIST}\b)",
        rf"\b(?:remove|delete|take|tynna|tynnwch) (?:fi |ni )?(?:off|from|out of|oddi ar) (?:\w+"
        rf" ){{0,3}}?(?:{LIST}|list)\b",
        rf"\b(?:please|pls|plz|plis) (?:remove|delete)(?: {COURTESY})*{END}",
        r"\b(?:i|id|me|us|we|my (?:number|name|details|data)) (?:(?:want|would|like|wish|to|be|get|need"
        r"|have|please|asked|am|should|must|demand|prefer|been|can|could) ){0,5}"
        r"(?:removed|removing|taken off|deleted)\b",
        rf"\b(?:removed|deleted|taken) (?:off |from |out of )?(?:your|ur|this|the|all|any|mailing) (?:\w+"
        rf" ){{0,2}}?"
        rf"{LIST}\b",
        r"\b(?:lose|forget|bin|ditch|destroy|shred|dont use|do not use) (?:my|this|our) (?:\w+ )?(?:number|no"
        r"|details|data)\b",
        r"\bput (?:me|us|my number|this number) on (?:your|the|a)"
        r" (?:stop|do not|dont|no|opt out|suppression)\b",
        rf"{START}(?:{COURTESY} )*remove(?: {COURTESY})*{END}",
    ),
    _rule(
        "unclear_who_should_not",
        REVIEW,
        "speaks of not texting or calling, and who is meant isn’t clear",
        rf"\b(?<!told )(?<!asked )(?<!rather )(?:you|u|they|he|she|why|nobody|people|it|if|i|we|who)"
        rf" (?:(?!said|asked|told|please|say|repeat|must)\w+ )?(?:dont|do not|never|didnt) "
        rf"(?:you |ever )?{VERB}\b",
    ),
    _rule(
        "do_not_text",
        OPT_OUT,
        "asks not to be texted or contacted",
        rf"\b(?:dont|do not|donot|dnt|never|no longer|must not|should not|not to|shouldnt)"
        rf" (?:ever |again |you |u |keep |try to )?{VERB} (?:\w+ )?{US}\b",
        rf"{START}(?:{FILL} )*(?:dont|do not|donot|dnt|never) (?:ever )?"
        rf"(?:text|txt|message|msg|contact|disturb)(?: (?:or|and) {VERB})*(?: {FILL})*{END}",
        rf"\b(?:dont|do not|never) (?:text|txt|message|msg|contact){END}",
        rf"\bmind not (?:{VERB}|{TEXTS})\b",
        rf"\brather (?:you|u) (?:didnt|did not|dont|do not|not) {VERB}\b",
        rf"\b{DONT_CY}(?: a| ag| am| an)? (?:fy |ein )?(?:(?:t|th|d|nh)e(?:cst|xt|cs)i?o|e ?bostio|ch?ysylltu"
        r"|anfon|danfon|hala|ff?onio|mhoeni|aflonyddu|sgwennu|ysgrifennu|n?negese?ua?)\b",
        DONT_CALL_OR_SEND_CY,
    ),
    _rule(
        "no_more",
        OPT_OUT,
        "wants no more texts",
        rf"\b(?:no more|no further|not any more|enough with|dim mwy o|dim rhagor o)"
        rf" (?!than ){BETWEEN}{{0,3}}?{TEXTS}\b(?! than\b)",
        rf"{START}(?:{FILL} )*no more(?: (?:of (?:this|these|it|your \w+)|from (?:you|u)(?: \w+)?))?"
        rf"(?: {COURTESY})*{END}",
        ME_NO_MORE,
        rf"{START}(?:{FILL} )*(?:no|dim) (?:{SENT_BY_MANY} )?"
        rf"(?:texts?|messages?|msgs?|sms|contact|spam|negeseuon|tecstiau)(?: {FILL}| me| this number)*{END}",
        rf"{START}(?:{FILL} )*dim (?:mwy|rhagor)(?: o hyn| or rhain)?(?: {COURTESY})*{END}",
    ),
    _rule(
        "does_not_want_texts",
        OPT_OUT,
        "doesn’t want to be written to",
        rf"{UNWILLING} (?:to |you to |u to |you |any |for )*(?:be (?:contacted|texted|messaged|bothered"
        rf"|disturbed|spammed"
        r"|called|phoned|emailed|rung|subscribed|included|sent)|being (?:contacted|texted|messaged"
        r"|bothered|spammed)"
        r"|be on (?:\w+ ){1,3}list)\b",
        rf"{UNWILLING} (?:to |any )*(?:receive|receiving|get|getting|have|having|accept|see) (?:\w+"
        rf" ){{0,4}}?"
        rf"(?:{TEXTS}|from (?:you|u|your|this)|these|them|this kind)\b",
        rf"{UNWILLING} (?:to )*(?:hear|hearing) (?:anything |any more |more |again )?from\b",
        rf"\b(?:dont|do not|doesnt|does not|no longer) (?:really |even )?(?:want|need|require|wish for)"
        rf" (?:\w+ ){{0,4}}?(?:{TEXTS}|from (?:you|u))\b",
        r"\b(?:dont|do not|no longer) (?:want|wish|like|need) (?:you|u|your lot|anyone) (?:to )?"
        rf"(?:be |keep )?{VERB}\b",
        r"\b(?:ddim|nid wyf|nid ydw i?|dim) (?:yn )?(?:eisiau|isio|isie|moyn|am|dymuno) (?:\w+"
        r" ){0,2}?(?:derbyn|clywed"
        r"|cael|rhagor|mwy|eich|negeseuon|neges|tecst\w*)\b",
        UNWILLING_TEXTS_CY,
    ),
    _rule(
        "withdraws_consent",
        OPT_OUT,
        "takes back their consent, or objects",
        r"\b(?:withdraw|withdrawing|withdrawn|revoke|revoking|rescind|retract|tynnu) (?:my|any|all|our|the"
        r"|fy)?"
        r" ?(?:\w+ ){0,2}?(?:consent|permission|n?g?h?c?aniatad|authori[sz]ation)\b",
        r"\b(?:do not|dont|no longer) (?:have my|have|give (?:you )?(?:my |any )?|give) ?(?:consent"
        r"|permission)\b",
        rf"\b(?:do not|dont|no longer) consent(?:{END}| to (?:\w+ ){{0,4}}?(?:{TEXTS}|contacted|texted"
        rf"|this|these))",
        rf"\b(?:object|objecting|objection) to (?:\w+ ){{0,4}}?(?:{TEXTS}|processing|marketing|contacted"
        rf"|texted|data)\b",
    ),
    _rule(
        "leave_me_alone",
        OPT_OUT,
        "asks to be left alone",
        r"\bleave (?:me|us) (?:the \w+ )?(?:alone|be|in peace)\b",
        r"\b(?:gad|gadw|gade)(?:wch|ael)? (?:llonydd|lonydd|fi fod)\b",
    ),
    _rule(
        "wrong_person",
        REVIEW,
        "seems not to be the person meant",
        r"\bwrong (?:number|person|guy|man|woman|lady|one|phone|mobile|no|contact)\b",
        r"\b(?:not|isnt|no longer|is not|wasnt) (?:his|her|their|the right|\w+s) (?:number|phone|mobile)\b",
        r"\b(?:doesnt|does not|no longer) lives? here\b",
        r"\b(?:not my name|my name (?:isnt|is not)|(?:his|her|their) old number|no longer my number)\b",
        r"\b(?:rhif|person) anghywir\b",
    ),
    _rule(
        "bereaved",
        REVIEW,
        "tells of a death",
        r"\b(?:died|passed away|deceased)\b",
        r"\b(?:is|hes|shes|person|now) dead\b",
        rf"{START}rip{END}",
        r"\bwedi marw\b",
    ),
    _rule(
        "no_interest",
        REVIEW,
        "isn’t interested, in this or in texts",
        r"\b(?:not|no longer|isnt|arent|never) (?:\w+ ){0,2}?interested\b",
        r"\b(?:no|zero|dim|ddim) (?:interest|diddordeb)\b",
        r"\bno need to (?:text|message|contact|call|ring)\b",
        r"\bcount me out\b",
        r"\b(?:dont|do not) (?:want|wish) to (?:talk|speak|chat|engage|communicate|be involved)\b",
        r"\b(?:dont|do not) (?:want|wish) (?:to be )?(?:a |any )?part of\b",
        r"\b(?:dont|do not) want (?:this|these|it|anything|any of)\b",
        rf"{UNWILLING_CY}r? (?:dim )?{THESE}\b",
        rf"{START}(?:{FILL} )*(?:ddim|dim) (?:eisiau|isio|isie|moyn)(?: {COURTESY})*{END}",
    ),
    _rule(
        "complaint",
        REVIEW,
        "complains of the texts",
        rf"\b(?:fed up|sick|tired|enough|annoyed|bored) (?:of|with|by) (?:\w+ ){{0,4}}?(?:{TEXTS}|you|this"
        rf"|these)\b",
        r"\b(?:one more (?:text|message)|keep (?:getting|receiving|texting|sending)|respect my privacy)\b",
        r"\btoo many (?:\w+ )?(?:texts|messages|msgs)\b",
        r"\b(?:spam|spammer|spammers|spamming|scam|harass\w*|unsolicited|unwanted|nuisance|7726)\b",
        r"\b(?:block|blocked|blocking|report|reported|reporting) (?:you|u|this|your|it)\b",
        r"\b(?:ico|gdpr|pecr|tcpa|information commissioner|data protection)\b",
        r"\b(?:didnt|did not|never) (?:ask|sign up|given|signed up|subscribe|subscribed|consent|consented"
        r"|agree|agreed|give|gave|opt in|opted in|request|requested)\b",
        r"\bno (?:right|permission|business|reason) to (?:be )?(?:text|txt|messag|contact|us)\w*\b",
        r"\b(?:enough is enough|dyna ddigon)\b",
        rf"\b(?:dont|do not) (?:like|appreciate|welcome) (?:\w+ ){{0,3}}?{TEXTS}\b",
        rf"{START}(?:{FILL} )*(?:enough|digon|dileu|cut it out|knock it off|pack it in|give it a rest|delete"
        rf"|leave|exit|off|stopp?it|stahp|stopt|unfollow|block|blocked|block me|report|reported)"
        rf"(?: {FILL})*{END}",
        r"\b(?:texts|messages|msgs|these|it|they) (?:just |will |would )?(?:never|dont|do not|wont) stop\b",
    ),
    _rule(
        "go_away",
        REVIEW,
        "tells us to go away",
        r"\b(?:go away|get lost|jog on|cer i grafu|(?:fuck|piss|sod|bugger|naff|eff|f|jog|bog|fck) off"
        r"|fuck (?:you|u|yourself)|do one|bore off|shut up|dos o ma|cer o ma|cau dy geg)\b",
    ),
    _rule(
        "another_opt_out",
        OTHER,
        "opts out of something else",
        r"\bopt(?:ed|ing)? out of (?:the |my |your |a |our )?(?:\w+ )?(?:register|pensions?|organ|donation"
        r"|eu|europe"
        r"|union|vaccin\w*|school|nhs|treaty|deal|tax|levy|paying|voting|roll)\b",
    ),
    _rule(
        "word_in_doubt",
        REVIEW,
        "has a word by which people say no, and it isn’t clear what is meant",
        rf"\b(?:{KEY}|{STOP}|stopped|opt(?:ed|ing) out|unsubscribed)\b",
        *IN_DOUBT,
        r"\b(?:cancel|end|close|terminate) my (?:membership|account|registration|details)\b",
        rf"{START}(?:{FILL} )*{WEAK}(?: {FILL}| everything| me)*{END}",
        rf"{START}(?:{FILL} )*(?:dont|do not|{DONT_CY})(?: {FILL})*{END}",
        rf"\b(?:me|my (?:number|name)) of{{1,2}} (?:your|ur|this|the|all) (?:\w+ )?{LIST}\b",
        r"\b(?:arretez|ne m? ?ecrivez plus|non piu|no mas|basta|dejen de|hort auf|keine (?:sms"
        r"|nachrichten))\b",
        rf"{START}(?:stop|unsub|nomore|donttext|takemeoff|removeme|leavemealone)\w+{END}",
        rf"{START}(?:donttext|nomore|takemeoff|removeme|leavemealone|leave me)(?: {FILL})*{END}",
        rf"{START}(?:стоп|stopp|stoppen|alto|baja|parar|halt|przestan|desabonner)(?: {FILL})*{END}",
    ),
)

WHYS: Final[Mapping[str, str]] = {rule.name: rule.why for rule in RULES} | {
    "keyword": "is nothing but a keyword",
    "keyword_signed": "is a keyword with a quotation or a signature",
    "keyword_stressed": "has a keyword standing by itself, with others or drawn out",
    "footer_keyword": "is the word that our last text told them to answer with",
    "footer_echo": "echoes a footer such as “Reply STOP to opt out”",
    "answers_no": "is a no to what our last text asked",
    "footer_in_text": "has a footer’s words among others",
    "carrier_stop": "was taken for a no by the carrier",
    "carrier_start": "was taken for a yes by the carrier, after a no by text",
    "yes_after_opt_out": "is a yes, after a no by text",
    "stop_sign": "is a stop sign or a raised hand",
    "damaged_keyword": "is a keyword with a slip in it",
    "help": "asks for help",
    "quoted": "is a copy of somebody else’s words, as phones send with a like",
    "our_words_back": "is a copy of our own words",
    "no_words": "has no words",
    "attachment": "has no words, and something came with it",
    "automatic": "was written by a machine by itself, as while somebody is away",
    "unproven": "asks for no more, but may have been written by somebody else",
    "nothing": "asks for nothing that is known",
}
"""Every rule that a text can be classified by, in the words of a page: “It …”."""
