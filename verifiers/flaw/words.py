# ruff: noqa: E501 - a pattern is read whole or not at all
"""The words by which a sentence declares a flaw, takes it back, assumes it away, or concludes."""

from __future__ import annotations

import re

from harness.verifiers.patterns import lazy_pattern

_CANNOT = (
    r"(?:can ?not|can['’]?t|could(?: not|\w*n['’]t)|(?:im|not )possible(?: for \w+)? to|unable to|(?:not|\w*n['’]t) able to"
    r"|no way (?:to|of)|(?:not|\w*n['’]t) (?:feasible|achievable) to|(?:will|would|did) (?:not|never)|won['’]t|nobody c(?:an|ould)|no one c(?:an|ould)|hard to|no basis (?:to|for))"
)
_FIND = (
    r"(?:determin\w+|answer\w*|solv\w+|calculat\w+|comput\w+|find|found|say|said|tell|told|know|known|conclud\w+|establish\w*"
    r"|work(?:ed)? (?:it |this |that )?out|pin(?:ned)? (?:it )?down|deduce\w*|derive\w*|infer\w*|recover\w*|decide\w*|figure\w*|obtain\w*|evaluat\w+|resolv\w+"
    r"|reconcil\w+|single\w* out|finish\w*|complete\w*|give|given|provide\w*|state|stated|narrow\w*|identif\w+|ascertain\w*|estimat\w+|see how|proceed|set (?:it |this )?up|trusted|measur\w+)"
)
_TEXT = (
    r"(?:problem|question|exercise|puzzle|task|statement|premises?|scenario|situation|setup|system|equations?|conditions?|constraints?"
    r"|requirements?|information|numbers?|figures?|data|values|description|facts|ages|wording|claims?|story|text|givens?|survey)"
)
_GIVEN = r"(?:given|provided|specified|stated|mentioned|known|supplied|told|described|part of the (?:text|question|problem))"
_THING = (
    r"(?:solutions?|roots?|answer|value|values|number|numbers|integers?|pair|pairs|triangle|rectangle|triple|function|polygon|quadrilateral|circle|shape|figure|set|sequence|point|points|way|order(?:ing)?"
    r"|maximum|minimum|largest|smallest|greatest|least|period|perimeter|area|volume|average|sum|date|day|time|person|one|choice|combination|case|n|x|k|\$?[a-z]\$?|intersection|term|price|amount|possibilit\w+|information|data)"
)
_ADJ = r"(?:valid|real|such|unique|single|possible|integer|consistent|meaningful|definite|definitive|finite|whole|whole-number|numerical|positive|negative|non-negative|nonnegative|correct|sensible|natural|suitable|admissible|feasible|common|specific|exact|numeric|actual|well-defined|largest|smallest|maximum|minimum|proper|given|reliable|enough|\w+-?\w*)"

STRONG = lazy_pattern(
    "|".join(
        (
            # nobody can find it
            rf"\b{_CANNOT} (?:\w+ ){{0,4}}?(?:be )?(?:uniquely |fully |definitively |exactly |reliably |\w+ly )?{_FIND}\b",
            r"\b(?:un(?:solvable|answerable|decidable)|not (?:solvable|answerable|determinable|computable|soluble)|undeterminable|indeterminable|indeterminate|undetermined|undecided|(?:not|\w*n['’]t) (?:be )?(?:\w+ly )?determined)\b",
            r"\bcannot (?:say|tell|know)|\bno telling|remains? (?:open|unknown|undetermined)|(?:we|I)(?: am| are|['’](?:m|re)) (?:stuck|unable)|leave it (?:unanswered|open)|(?:as|is) unknown\b|: unknown",
            # there is none
            rf"\bno (?:{_ADJ} ){{0,3}}?{_THING}\b(?! (?:of )?(?:more|less|greater|smaller) than)(?=[^.;]{{0,80}}?(?:exist|work|satisf|fit|have|has|hold|meet|possible|can\b|could|fulfil|with th|that |for which|to (?:speak|report|this|the|be)|under|\bhere|[.,;:]?\s*$|,|:))",
            r"\bno (?:such|(?:valid|real|consistent|possible|meaningful|sensible|definite|definitive|unique|integer|whole|whole-number|numerical|correct|feasible|suitable|actual|logical|single|clear|specific) \w+)\b|\bbreaks? down\b|\bcomes? to nothing\b|\b(?:has|have) gone wrong\b",
            rf"\b(?:there|that) (?:is|are|was|were|['’]s)(?: not|\w*n['’]t) (?:any|a|an|one|anything|enough)\b(?: (?:{_ADJ} ){{0,3}}?{_THING}| such| \w+ (?:that|which|with))",
            r"\bhas no (?:real |valid |integer |positive |unique |single |definite |numerical |finite |possible |actual |well-defined |such )*(?:solutions?|answers?|value|values|period|roots?|maximum|minimum|meaning|perimeter|largest|smallest|last|end)\b|\bhave no (?:real |valid |common |integer |positive |unique )*(?:solutions?|answers?|intersection|points? in common)",
            r"\b(?:does|do|did|has|have) ?(?:not|\w*n['’]t) (?:actually |really |even |currently |seem to )?(?:exist\b|have (?:a|an|any|enough|its|one) (?:\w+ ){0,3}(?:solutions?|answers?|value|volume|period|maximum|minimum|largest|smallest|last|meaning))|\bcan(?:not|['’]t) (?:actually |possibly )?exist|\bnon-?existent|\bnone (?:exists?|works?|satisf\w+|of (?:them|these|those) (?:works?|satisf\w+|fits?))|(?:never|not|\w*n['’]t) (?:actually )?(?:attained|occur|periodic)\b",
            r"\b(?:answer|result|output|solution)s?\W{0,6}(?:is |would be )?(?:none|n/a|dne|impossible|undefined|unknown|does not exist|not (?:defined|possible|available))\b|empty set|\\emptyset|\\varnothing|∅|(?:set|intersection)(?: \w+){0,5} (?:is|are) empty|\bempty intersection",
            # something is missing
            r"\b(?:not|\w*n['’]t|in)[- ]?(?:enough|sufficient)(?: \w+)? (?:information|info|data|details?|conditions?|facts|context)|\binsufficient\b(?: \w+){0,2} (?:information|data|condition\w*|detail\w*)|\b(?:under-?(?:determined|specified)|over-?(?:determined|constrained))\b|\b(?:is|are|seems?|appears?) incomplete\b|\bincomplete (?:information|data|problem|question|statement)",
            r"\b(?:missing(?! \d)(?= (?:a|an|the|some|from (?:the|this|it)|its|one|key|crucial|information|data|details?|conditions?|premises?)\b|\W|$)|missing (?:information|data|premise|condition|detail)|lack(?:s|ing)? (?:the|a|an|any|some|enough|information|data|sufficient|necessary|crucial|key|\w+ (?:information|data|details?))|omits?|omitted|leaves? (?:this |that |it |the \w+ )?(?:open|blank|unspecified|out)(?! of)|left (?:out|open|blank|unspecified)(?! of)|without (?:the|this|that|knowing|more|further|it|clarification|additional)\b(?: \w+){0,8}?,? (?:(?:we|I|one|it|you|nobody|there|the \w+) )?(?:\w+ )?(?:can(?:not|['’]t)|no|nothing|impossible|not|isn['’]t|stays?|remains?|can only|have no|has no))\b",
            rf"\b(?:is|are|was|were|been|being)(?: \w+)? ?(?:not|\w*n['’]t|never|nowhere)(?: \w+)?(?: \w+)? {_GIVEN}\b|\b(?:un(?:specified|stated|mentioned|clear|given)|not {_GIVEN})\b|\b(?:is|are|remains?|stays?|still|an|as|and) unknown\b|[=:→] ?unknown\b|unknown\W*[.,]?$(?! \w+ (?:is|be)\b)|\bnever {_GIVEN}|\bnot (?:\w+ )?clear\b|\b(?:aren['’]t|are not|weren['’]t|not) told\b|\bnowhere\b",
            rf"\b(?:never|does(?: not|\w*n['’]t)|do(?: not|\w*n['’]t)|did(?: not|\w*n['’]t)|has(?: not|\w*n['’]t)|fails? to|forgot to|forget to|neglects to) (?:actually |explicitly |ever |even |clearly )?(?:tells?|told|says?|said|mention\w*|specif\w+|states?d?|provide\w*|gives?n?|indicate\w*|include\w*|contain\w*|suppl\w+|give us|write|describe\w*|{_GIVEN})\b",
            r"\b(?:need|require)s? (?:to know |\w+ ){0,3}?(?:more|additional|further|another|extra) (?:\w+ )?(?:information|info|data|details?|context|equations?|conditions?|facts?)|\b(?:I['’]?d|we['’]?d|would|you['’]?d|we|I) (?:also |still )?need (?:to know|that\b|the (?:price|number|value|length|missing|initial|total)|it\b)|\bneed to know\b|\b(?:do|does|did)(?: not|n['’]t) (?:know|have (?:the|enough|that|any|sufficient|this) (?:\w+ ){0,2}(?:information|data|details?|facts?|conditions?))|\b(?:we|I|you) (?:do|did)(?: not|n['’]t) have\b|\bwe don['’]t have\b",
            r"\b(?:please|could you|can you|would you|if you (?:can|could|have|let|provide|share|tell)|once you|until then)\b[^.?!]{0,60}\b(?:provide|suppl\w+|clarif\w+|shar\w+|tell me|check|specify|add|include|give|more (?:details|information|context)|know the|that detail|verify|correct)\b|\bdepends? (?:entirely |only |solely )?(?:up)?on (?:how|what|whether|which)\b|\bdepends? (?:\w+ )?on\b(?=[^.]{0,120}(?:which|not|\w*n['’]t|unknown|missing|unspecified|keeps?))|\bcan only (?:write|give|say|express|state|conclude|narrow)\b|\bin vain\b",
            # things clash
            r"\b(?:inconsisten\w+|incompatib\w+|irreconcil\w+|self-(?:contradict\w+|refut\w+|defeating|inconsisten\w+)|contradicts? (?:itself|themselves|each other|one another|the (?:given|other|first|second|statement|fact|condition|problem))|contradictory|mutually exclusive|unsatisfiable|infeasible)\b",
            r"\b(?:is|are|was|reach\w*|get|have|leads? to|arrive at|(?:re)?sults? in|gives?|obtain|creates?|there['’]?s|a|an?other|clear|direct|logical|this|in) (?:a |an |direct |clear |logical |in )*(?:contradiction|conflict|discrepancy|inconsistency)\b",
            rf"\b(?:{_TEXT}|statements|lines?|sentences|numbers|totals|sides|angles|percentages|parts|two|both|these|they) (?:\w+ ){{0,3}}?(?:clash|conflict|disagree|contradict|do(?: not|\w*n['’]t) (?:\w+ )?(?:agree|match|fit|add up|go together|line up|tally|close up))",
            r"\b(?:not|\w*n['’]t|never|neither|nor) (?:\w+ ){0,4}?(?:consistent|compatible|satisfiable|(?:be )?(?:both|simultaneously|at the same time)|hold together|(?:be )?(?:met|satisfied|fulfilled|true|right) (?:\w+ ){0,2}?(?:both|together|simultaneously|at (?:once|the same time))|add(?:s)? up\b(?! to)|fit together|work together)|\bcan(?:not|['’]t) (?:all|both) (?:be|hold)",
            r"\b(?:exclude|rule out|contradict) (?:each other|one another)|rule each other out",
            # the text is wrong
            rf"\b{_TEXT}(?: \w+){{0,6}}? (?:is|are|was|were|seems?|appears?|looks?|must be|must have been|has to be|have to be|has been|contains?|has|have|makes?|gets?|remains?|comes? out|go(?:es)?|turns? out)(?: \w+){{0,3}}? (?:impossible|not possible|not valid|invalid|not well[- ](?:defined|posed)|ill[- ](?:posed|defined)|not defined|faulty|flawed|implausible|absurd|nonsens\w+|meaningless|incorrect|incorrectly|wrong|wrongly|mistaken|unrealistic|inaccurate|an error|errors|a mistake|a typo|a flaw|no sense|ambiguous|moot|problematic|a misprint|misprinted|false|misstated|a trick|physically|defective|broken|unsound|nonsense|unreliable|mixed up|contradicting|not right|not correct|off)\b",
            rf"\b(?:mistake|error|typo|problem|issue|flaw|discrepanc\w+|conflict|inconsisten\w+|something (?:wrong|off|amiss)|misprint)(?: \w+){{0,3}} (?:in|with|between|somewhere in) (?:the|this|your|how) (?:\w+ ){{0,3}}?{_TEXT}|something(?:['’]s|(?: in the \w+)? (?:is|must be|has to be|must have been)) (?:off|wrong|amiss|misprinted|mistaken)|\bmust (?:be|contain) (?:an error|a mistake|wrong|mistaken)|\ba misprint\b",
            r"\b(?:ill[- ]posed|ill[- ]defined|not well[- ](?:defined|posed)|\w*n['’]t well[- ](?:defined|posed)|nonsensical|meaningless|no meaning|(?:makes?|made) no sense|(?:does|do|did) ?(?:not|\w*n['’]t) (?:\w+ )?make (?:\w+ )?sense|(?:is|are|be) (?:simply |clearly |obviously |plainly )?(?:absurd|nonsense|ridiculous|bogus)|a trick question|isn['’]t (?:a )?real date|not a (?:real|valid) date)\b",
            # several answers
            r"\b(?:infinitely|infinite(?:ly)? number of|infinite)(?: \w+){0,2} (?:solutions?|answers|values|possibilit\w+|pairs)|\bmore than one(?: \w+){0,2} (?:answer|solution|value|number)|\b(?:more than one|multiple|many|several|different|two|various)(?: \w+){0,2} (?:answers(?! to)|possibilit\w+|readings|interpretations|valid (?:values|solutions))|\b(?:answer|solution|value|result|it|this|that|which|price|x|and)s? (?:is|are|\w+) ?(?:not|n['’]t) (?:be )?(?:a )?(?:unique|fixed)\b|\b(?:not|\w*n['’]t|no) (?:be |have |a |give )*(?:uniquely|unique (?:solution|answer|value)|well[- ]defined)\b|\b(?:not|\w*n['’]t) fixed by\b|\bambiguous\b|\b(?:can|could|may|might) be any(?:thing)?\b(?! (?:\w+ )?(?:integer|number|value)s? (?:from|between|less|greater|strictly|in|at|larger|smaller))|\bno single\b|nothing (?:\w+ ){0,5}(?:singles|picks|fixes|decides|tells)|\bopen-ended\b",
            (
                r"无解|无(?:法|从)(?:确定|求|解|计算|回答|得出|得到|判断|算|唯一|作答|给出|解答|知道|进行|完成)|不能(?:确定|求出|计算|唯一|作答|回答|求解|算出)|没法|没办法|(?:求|算|得|解|定|答|做|给|凑|说|推|看)不(?:出|了|下来|清|通|上)"
                r"|不存在|并不存在|没有(?:这样|满足|符合|实数|实根|整数解|正确|正解|唯一|意义|答案|解|最大|最小|足够|周期|任何)|是没有的|根本就?没有|都不(?:满足|符合|成立|行)"
                r"|矛盾|冲突|前后不(?:符|一)|对不上|不一致|不相符|不(?:能|可能)同时|不兼容"
                r"|(?:缺|少)(?:少|了|失)?\w{0,8}?(?:条件|数据|信息|已知)|(?:条件|信息|数据|已知)\w{0,4}?(?:不足|不够|不全|缺失|冲突|缺少|有误|错误|出错|有错|是错的|不合理|有问题|不完整|不充分)"
                r"|(?:没有?|并?未|没)(?:有)?(?:给出|说明|告诉|提供|提到|告知|交代|明确|写明|给|说|提及)|未知(?!数)|不(?:知道|清楚|明确)|不得而知"
                r"|题(?:目|意|干|设|中)?\w{0,6}?(?:有误|有问题|错误|出错|抄错|印错|漏洞|不合理|不严谨|有错|错了|有歧义|不成立)|(?:原题|此题|本题|该题)\w{0,4}(?:错|有误|不成立|无)"
                r"|没有意义|无意义|毫无意义|谈不上|说不过去|讲不通|行不通|(?:需要?|应该?|建议|请)\w{0,6}?(?:核对|核实|检查|更正|修正)|不成立|未定义|无定义|荒谬|不合(?:常理|实际|现实|逻辑|理)|不(?:符合|合乎|太符合)(?:常理|实际|现实|三角形|逻辑|生活)|(?:不|不太)现实"
                r"|不唯一|不是唯一|不止一个|无穷多|无数(?:个|组|种)|任意(?:数|值|实数)|多种(?:可能|情况|答案)|不确定|不定的|构不成|组不成|(?:不能|无法)(?:构成|组成|成立)|追不上|空集|请(?:补充|提供|检查|核对|给出|确认)"
                r"|永远(?:也)?(?:追|到|赶|相遇|不|无)|作不出|无答案"
            ),
            # all that is left is a family, a formula, a wish for more
            r"\b(?:one|two|\w+)-parameter family|\bfamily of (?:solutions|them|answers)\b|\binfinitely many\b|\b(?:anyone|anybody)['’]s guess\b|\bis without (?:a |any )?(?:real )?(?:solution|answer|meaning)\b",
            r"\b(?:only|merely|at most|just) (?:\w+ ){0,3}(?:a formula|an expression|in terms of|as an expression)\b|\b(?:is|stays|stay|left|are|remains?|question) open\b(?! (?:on|from|at|for|until|to|interval|and))|\bmore (?:data|info(?:rmation)?|details?|context|facts)\W{0,3}(?:please|needed|required|is needed|are needed)\b",
            r"\b(?:fails? to (?:\w+ )?(?:determine|fix|define|specify|give|pin|provide|say)|leaves? us (?:with(?:out| no)|unable|guessing)|short (?:of|by) (?:a|one|some) (?:\w+ )?(?:condition|fact|number|piece|equation))\b|\b(?:one|a) (?:\w+ )?(?:condition|equation|number|fact|piece of information|value) (?:too few|short|is (?:missing|lacking))\b",
            r"荒唐|荒谬|合不上|合不拢|说不通|不通的?[。.]?$|自相|打架|(?:题目?|数据|条件)\w{0,6}(?:站不住|不可信|乱)|办不到|做不到|哪有|一个也没有|一个都没有|没有根|没有实|无从谈|凭空|从何(?:谈|说|算)起|没(?:有)?依据|失去了?(?:依据|意义)|不得要领|没有着落|缺(?:一|了|乏)|少(?:了)?一?个(?:条件|数据|数|已知)",
            # there is none, said of a thing one would use
            r"\bno (?:\w+ ){1,3}(?:is|are|can be|could be|would be|will be) (?:right|correct|possible|valid|suitable|consistent|admissible|found|available)\b|\bno (?:\w+ ){1,3}(?:works?|fits?|satisf\w+|qualif\w+|will do|does the job)\b(?! (?:on|in|out|there|as|at|for)\b)",
            r"\b(?:isn['’]t|aren['’]t|is not|are not) (?:\w+ )?(?:there\b(?! (?:any|a|an|yet)\b)|available|obtainable|to be found|knowable|derivable|recoverable)|\bempty (?:solution )?set\b|\b(?:has|have|makes?|is|are) (?:no|without) (?:sense|meaning)\b|\bno idea\b",
            r"\bthat['’]s (?:plainly |clearly |simply )?(?:absurd|impossible|nonsense|a contradiction|contradictory|false|not possible)\b|\b(?:conditions?|equations?|statements?|claims?|premises?|requirements?) (?:always |never |all |both )?(?:fails?|breaks?|is violated|are violated|is broken)\b|\b(?:don['’]t|do not|doubt) (?:\w+ ){0,4}can be (?:answered|solved|determined|found|computed|settled|known)\b",
            r"\b(?:which|that|this) is (?:plainly |clearly |obviously |simply |always |never )?(?:false|untrue|absurd|never true)\b|\bnever true\b|\bis a false statement",
            r"\b(?:do|does|did)(?: not|n['’]t) (?:\w+ )?(?:determine|fix|single out|pin (?:\w+ )?down|resolve to|settle|force)\b|\bneeds? (?:\w+ )?clarification\b",
            r"\bnothing (?:\w+ ){0,6}?(?:says|said|tells?|relates?|links?|ties|connects?|separates?|determines?|restricts?|forces?|distinguish\w+|states?|gives?|specifies|indicates?|lets us)\b|\bno (?:\w+ )?(?:mention|word|hint|clue|indication|statement|trace) (?:of|about|as to|on|how|what|whether)\b",
            r"\b(?:might|could|may|can) (?:\w+ )?(?:be|equal|cost|have|take) \$?[\d.]+[^.;]{0,40}\bor (?:anything|any|even|\$?[\d.]+|whatever)|\bor anything (?:else|between|in between|at all)\b|\b(?:any|every) (?:value|number|\$?\w\$?) (?:of \$?\w\$? )?(?:works|would work|will do|would do|fits|is possible|qualifies|satisfies)",
            r"\b(?:went|gone|goes|going) wrong (?:in|with|here)\b|\bquestion is moot\b|\b(?:push back|object) (?:on|to|against) the (?:premise|question|data)\b|\bpremise\b[^.]{0,60}\b(?:false|fails?|wrong|broken|does(?:n['’]t| not) hold)\b|\b(?:won['’]t|will not|would not|refuse to|decline to|rather not|not going to) (?:give|guess|invent|make up|state|offer|name) \w+",
            r"\b(?:that['’]s|as far as) (?:as far as|one|we|I) (?:\w+ )?(?:can|could) (?:go|get|say)\b|\b(?:only|all) (?:\w+ ){0,2}(?:can|could) (?:say|conclude|state|do) (?:\w+ ){0,2}?is\b|\b(?:is|are|be) a guess\b|\b(?:ranges?|anywhere|var(?:y|ies)) (?:\w+ ){0,2}(?:from|between)\b",
            (
                r"(?:碰|追|赶|遇|找|写|达|走|回|拼|围|组|画|凑|进行|继续|确定|判断|计算|算|够|站|讲|立|想|分)不(?:到|着|上|成|下去|住|清|拢|开|齐)(?!\d)"
                r"|题(?:目|面)?\w{0,8}?(?:毛病|差错|笔误|问题(?!是|为|的|[:：]))|有(?:毛病|笔误)|没有?(?:写|提|讲|交代)|(?:只(?:有|给|说|写)了?)一个方程|许多(?:不同的?|个|种)?(?:值|答案|解|可能)|很多(?:种|个)(?:值|答案|解|可能|情况)|都(?:行|可以|说得通|有可能)[。.]?$"
                r"|请\w{0,14}?(?:补|给出|提供|核|检查|改正|更正|修正|确认|说明)|(?:找|给|推|得)不出|没有这(?:样|种|回)"
            ),
        )
    ),
    re.I,
)
"""Words that declare a problem unanswerable."""

WEAK = lazy_pattern(
    r"\b(?:can ?not|can['’]t)\b|\b(?:impossible|not possible|\w*n['’]t possible|not valid|invalid|undefined|not defined|\w*n['’]t defined|contradict\w+|conflicts?|unbounded|degenerate|unrealistic|implausible|violat\w+|out of reach|unreasonable)\b"
    r"|\bcan(?:no|['’]|\s*no)?t (?:\w+ ){0,4}?(?:be|happen|occur|form|catch|reach|meet|own|have|hold|fit|close|sit|work|use|apply|achieve|divide|split|go|both|all|walk|buy|rent|possibly)\b"
    r"|\b(?:never|will not|won['’]t|does(?: not|\w*n['’]t)) (?:\w+ )?(?:catch(?:es)?|reach(?:es)?|meets?|holds?|cross(?:es)?|occurs?|happens?|intersects?|form|work|satisf\w+|fit|closes?|allow|gives? a)\b"
    r"|division by zero|divid\w+ by (?:zero|0)\b|nothing is left|(?:both|all) cases fail|\bcan['’]t be right|\bhave to be (?:a|an) |\bno (?:\w+ ){1,3}(?:can|could)\b|\bnot a whole number|\bno one \w+s\b|\b(?:is|are|was|would be) not (?:a |an )?(?:\w+ )?(?:valid|possible|real|probability|number|count|integer|whole|natural|allowed|meaningful|realistic|true|right|correct)\b|\b(?:is|are|was|would)n['’]t (?:be )?(?:a |an )?(?:\w+ )?(?:valid|possible|real|probability|number|count|integer|whole|natural|allowed|meaningful|realistic|true|right|correct)\b|\bneither (?:of|is|can|works?|fits?|satisf\w+|value|case|root|one)\b"
    r"|不可能|不能|不会|除以零|除数(?:是|为)(?:零|0)|不是整数|不对",
    re.I,
)
"""Words that do so only where nothing is concluded from them."""

MISMATCH = lazy_pattern(
    r"\bquestion\b[^.;]{0,80}? (?:is|seems|appears|looks) (?:to be )?(?:\w+ ){0,2}(?:irrelevant|unrelated|not related|disconnected)\b"
    r"|\b(?:are|is|seems?|appears?) (?:to be )?(?:\w+ ){0,2}(?:unrelated|disconnected)\b|\b(?:but|yet|suddenly|abruptly)(?: then)? asks? (?:about|how|for|which|what)\b"
    r"|\bno (?:\w+ ){0,4}(?:connection|relationship|relation|link) (?:\w+ )?(?:between|with|to|linking)\b|\bno (?:context|data|information|details?) (?:related|relating|connecting|linking|regarding)\b"
    r"|\bnone of (?:the|these|those|this)\b[^.;]{0,60}\b(?:relates?|mentions?|refers?|concerns?)\b|\b(?:does|do)(?: not|n['’]t) (?:directly |really |actually )?(?:help (?:us |me |you )?(?:in |to |with )?(?:determin|answer|find|calculat|figur)\w*|relate to|correspond to)"
    r"|\b(?:therefore|so|thus|hence),? [^.;\d]*\bdepends? on\b[^.;\d]*[.;]?$",
    re.I,
)
"""What says that the question asks for something that the rest does not speak of."""

DOUBT = lazy_pattern(
    r"\b(?:odd(?:ly)?|strange(?:ly)?|weird|unusual|exceeds?|strictly speaking|to be honest|confus\w+|suspicious)\b|奇怪|严格来说",
    re.I,
)
"""Words that hedge, and no more."""

OPEN = lazy_pattern(
    rf"\bnot {_GIVEN}\b|\w*n['’]t {_GIVEN}\b|\b(?:unknown|can ?not|can['’]t|unspecified|missing|insufficient|don['’]t know|do not know|without)\b|没有?(?:给出|说明|告诉)|未知|无法|不知道",
    re.I,
)
"""Words that say that a quantity is not known."""

DISMISSED = lazy_pattern(
    r"\b(?:no|without(?: any)?|not? (?:\w+ )?a|isn['’]t (?:\w+ )?a|any|resolve the|apparent) (?:contradiction|inconsistenc\w+|conflict|problem|issue|discrepancy|error)s?\b(?! in)"
    r"|\b(?:not|\w*n['’]t) (?:contradict\w*|inconsistent|impossible|invalid|undefined|conflict\w*)\b"
    r"|\bby contradiction|\b(?:to|get|derive|for) (?:reach |derive |get |avoid )?a contradiction|\b(?:extraneous|invalid|spurious) (?:roots?|solutions?|cases?|codes?)"
    r"|\b(?:not|\w*n['’]t) (?:\w+ )?(?:need|needed|matter|necessary|relevant|required|affect)\b[^.;]*|\bno need\b[^.;]*|\b(?:do|does)(?: not|n['’]t) have to\b[^.;]*|\bno (?:\w+ ){1,5}(?:is |are )?(?:needed|necessary|required)\b|\birrelevant\b(?! (?:and|so|,)* ?(?:it )?can(?:not|['’]t))[^.;]*"
    r"|\d+\$? (?:\w+ ){0,2}(?:values?|numbers?|ways|choices?|options|cases?|codes?|pairs?|integers|sets|students|people)(?: of \$?\w\$?)? (?:that|who|which|for|with)\b[^.,;]*"
    r"|(?:for|at) which [^.;]{0,40}(?:undefined|not defined|no (?:real )?solutions?)|\bmissing (?:side|number|angle|value|term|digit|length|factor|leg|coordinate|addend|piece|part|entry|score|word|distance|pair|amount|quantity)s?\b"
    r"|(?:let|call|denote|represent)[^.;]{0,40}\bunknown|\bunknown (?:is|be|x|variable|quantit\w+|number|angle|side|value)s?\b|(?:two|three|one) unknowns?"
    r"|\bdo(?:es)?(?: not|\w*n['’]t) know (?:yet|\w+ and \w+ separately)|(?:if|whether) (?:there (?:is|are) (?:no|any)|it (?:is|does))|\bno other\b|\b(?:since|because|as)\b[^,.;]{0,40}\b(?:cannot|can['’]?t|can not)\b[^,.;]{0,40}\b(?:half|fractions?|part|portion|partial|negative)\b[^,.;]*(?=,[^.;]*\d)|\bno more\b|\bno longer\b|\bno (?:matter|doubt|remainder|carry|overlap|change|extra|further|additional|repeat\w*|restriction\w*)\b"
    r"|(?:没有|不存在|并无|无|并不存在|没有任何)(?:任何)?(?:矛盾|冲突|问题)|不矛盾|并不矛盾|反证法|并非不可能|不需要[^。；]*|无需[^。；]*|不用知道[^。；]*|没有(?:其他|别的|剩)|未知数|不存在其他",
    re.I,
)
ASSUMING = lazy_pattern(
    r"\b(?:assum(?:e|es|ed|ing|ption)|suppos(?:e|ing)|if we (?:take|ignore|interpret|treat|allow|use)|let['’]?s (?:say|take|use)|typical(?:ly)?|usual(?:ly)?|standard"
    r"|interpret(?:ing|ed|ation)?|presum\w+|intended|likely meant|was meant|were meant|should be|meant to|meant\b|ignoring|disregard\w*|I['’]ll (?:use|take|read|go)|I take|I['’]d (?:guess|go)|reading"
    r"|for the sake of|approximat\w+|round(?:ed|ing)?|closest|nearest|best (?:guess|estimate)|reasonable|taking|treat(?:ing)?|maybe they|I suspect)\b"
    r"|假设|假定|如果(?:按|忽略|题目)|应该是|理解为|忽略|四舍五入|取整|可能是想|通常|一般|这里按|按照?\d|默认|就按|若按|如按|姑且|按[^，。；]{1,10}(?:计|算|来|处理|理解)|取\d|常见的|这里设|设[^，。]{1,10}(?:为|是)\d|令[^，。]{1,8}[=为]\d|当作|看作|算作|估计",
    re.I,
)
CONDITIONAL = lazy_pattern(
    r"^\W*(?:if|suppose|assume|assuming|were|had|in case|should|for example|e\.g\.|for instance|case \w+|note|remark|also note|check|verif\w+|let me|let us|let['’]s|wait|hmm|hold on|perhaps|maybe|alternatively|or maybe|is the answer|but what)\b|^\W*(?:如果|若|假如|例如|比如|注|注意|验算|检验|等等|也许|或许)",
    re.I,
)
"""How a sentence begins that concludes nothing."""

SEVERAL = lazy_pattern(
    r"infinite|many|several|multiple|more than one|case|\b(?:for|when|with) \$?\w\s*(?:=|<|>|≤|≥|\\[lg])|无(?:穷|数)|当"
)
"""Words that say how many there are, or divide into cases: a value that follows chooses."""

CONCLUDING = lazy_pattern(
    r"^\W*(?:therefore|thus|hence|so\b|consequently|as a result|in conclusion|conclusion|result|finally|final|in (?:total|all|summary|short)|altogether|overall|accordingly|that(?:['’]s| is| gives| makes)|this (?:gives|means)|answer|short answer|the (?:desired|required|requested|only|remaining|total|sum|smallest|largest|probability|number of)|it follows|→|=>|⇒|∴)"
    r"|[,;:—–] (?:so|therefore|thus|hence|and so|which (?:gives|means|makes|leaves))\b|\b(?:therefore|thus|hence)\b|\b(?:final|the) answer\b|\bI(?:['’]ll| will|['’]d|['’]m going to| would)(?: therefore| just)? (?:answer|say|go with|take|choose|report|give|put)\b|^\W*(?:所以|因此|故|答|综上|总之|于是|从而|最后|因而|可见|结论|一共|共)|[，；。](?:所以|因此|故|从而|因而|只能是|即)|^\s*\*\*|答案|是\$?\\boxed",
    re.I,
)
VALUE = lazy_pattern(
    r"(?:=|≈|\\approx|\bis\b|\bare\b|\bwas\b|\bbe\b|\bequals?\b|\bgives?\b|\bgets?\b|\bneeds?\b|\bneeded\b|\bhas\b|\bhave\b|\bhad\b|\bearns?\b|\bpays?\b|\bpaid\b|\bmakes?\b|\bcosts?\b|\btakes?\b|\btotal\b|\btotall?ing\b|\bspen[dt]s?\b|\bleft\b|\bby\b|\bof\b|\bafter\b|\bin\b|\banswer\b|\bsay\b|\bto\b|\bmust\b|\bbuy\b|\bget\b|\bremains?\b|\bcontains?\b|\bholds?\b|\bwith\b|\bfor\b|\bonly\b|\babout\b|\bat least\b|\bfind\b|:|→|\bthen\b|\bso\b|\bgo\b|\bsells?\b|\bdrives?\b|\bhence\b|\bthus\b"
    r"|是|为|共|要|需|剩|算|花|付|有|挣|走|得|等于|还|约|到|取|：|距|按|即|答)"
    r"[^\d.;。；!?]{0,40}?[-−–+]?\$?\\?\(?[-−]?\d|=\s*[-−]?\\?\w*\{?[\w\\{}/^+\-. ]+\}?\s*[.。]?$|\d\s*(?:小时|分钟|元|个|千米|人|岁|天|米|厘米|本|棵|支|颗|名)\s*[。.]?$",
    re.I,
)
"""A sentence that states a value."""

REASON = lazy_pattern(
    r"[,;(（—–-]?\s*\b(?:since|because|given that|due to|as (?:the|this|it|they|these|we|there)|for example|e\.g\.|i\.e\.|see above|for which|the (?:first|second) (?:is|gives))\b[^,，]*$|（[^）]*）|\([^()]*\)|因为[^，。]*$|不是\d\S*|(?:instead of|rather than|less than|more than|greater than|exactly|not) \$?\d[\d.,]*%?|\b(?:adds?|sums?) (?:up )?(?:to )?\d+%?"
)
"""What only gives reasons: its numbers are no conclusion."""

SHORT = lazy_pattern(
    r"\b(?:not|cannot|none|never|nothing|more|need(?:ed|s)?|depends|missing|incomplete|error|without)\b|\w*n['’]t\b|\bno \w+|不|没|无|缺|错",
    re.I,
)
"""What an answer in words alone says when it is no answer."""

NEGATIVE = lazy_pattern(
    r"\b(?:not|no|cannot|never|nothing|none|nor)\b|\w*n['’]t\b|不|没|无法|无从", re.I
)
REFUSAL = lazy_pattern(
    r"(?:I['’]?m sorry|I apologi[sz]e|sorry),? (?:but )?I (?:can['’]?t|cannot|am unable|won['’]t)"
    r"|I (?:can['’]?t|cannot|won['’]t|am not able to|am unable to) (?:help|assist|comply)|(?:not able to|can['’]?t|cannot) answer (?:this|that)(?: one| question| request)?\W*$|I (?:won['’]t|will not) be able to (?:help|assist)|as an AI|(?:没办法|不能|无法)(?:帮|完成|协助|满足|继续帮)|(?:抱歉|对不起)，?我(?:不能|无法)(?:提供|帮助|协助|回答)|我无法(?:提供|协助)",
    re.I,
)
NOTHING = lazy_pattern(
    r"none|nothing|n/a|dne|∅|emptyset|varnothing|never|insufficient\w*|unknown|no(?:real|integer|valid)?solutions?|noanswer|impossible|notpossible|undefined|doesnotexist|indeterminate"
    r"|error|nan|无|无解|没有|无答案|不能|不知道|未知|不可能|矛盾"
)
"""What an answer holds that holds no answer (lower case, no spaces)."""

GLANCE = lazy_pattern(
    r"\b(?:at first(?: glance| sight)?|initially|one might|(?:you|we|one|I) (?:might|may|could) (?:worry|think|object|expect|suspect|feel)|(?:it )?(?:might|may) (?:seem|look|appear)|it (?:seems|looks|appears)(?: \w+){0,3} at first)\b|乍一看|起初|一开始|表面上",
    re.I,
)
"""How a first impression begins, that a later "but" takes back."""

TURN = lazy_pattern(
    r"\b(?:but|however|actually|on rereading|in fact)\b|但|其实|不过|实际上|然而", re.I
)

NUMERAL = lazy_pattern(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|half|third|quarter|thrice|twice)\b|[一二三四五六七八九十百千半两](?:个|元|人|岁|天|米|支|本|只|次|分|倍|小时)|\\(?:frac|sqrt|pi)|π|∞|√|[=<>≤≥]",
    re.I,
)
"""What an answer is made of."""

FAREWELL = lazy_pattern(
    r"\b(?:hope|let me know|feel free|hesitate|happy to help|any questions|good luck|great question)\b|希望|祝|欢迎",
    re.I,
)
"""Sentences that close a letter."""

ASKS = lazy_pattern(
    r"\blet me know (?!(?:if|whether) (?:you(?:['’]d| would)? (?:like|want|need|wish|prefer|have (?:any|a different|an?other|more|other|further|additional)|are|meant)|there|this|that|it|anything|something|I)|your (?:thoughts|preference)|any (?:other|more)|when you(?:['’]re| are) ready)[^.?!]{3,}"
    r"|\b(?:could|can|would|will) you (?:please |also |kindly )?(?:tell|give|provide|share|specify|clarify|supply|let me know|say|state|confirm|verify|check)\b"
    r"|\bplease (?:tell|give|provide|share|specify|clarify|supply|let me know|state|confirm|verify|check|include)\b(?! (?:me )?(?:your|any) (?:feedback|thoughts|questions?))"
    r"|\b(?:if|once|when) you (?:can |could )?(?:provide|have|know|tell|give|share|supply|specify|find|let me know|clarify)\b(?! (?:any|a different|an?other|more questions|other|further))[^.?!]{0,100}\b(?:I|we|you)(?: can| could|['’]ll| will| would|['’]d)\b"
    r"|\bif you (?:have|can find) (?:\w+ ){0,2}(?:context|details?|information|info|data)\b(?! (?:questions?|problems?))[^.?!]{0,120}\b(?:share|provide|let me know|help|clarify|include|give)\b"
    r"|\bdid you mean\b|\b(?:what|how (?:many|much|long|far|old|fast|tall|big|heavy)|which|who|when) [^.?!]{3,90}\?\s*$"
    r"|请(?:您|你)?(?:先|再)?(?:告诉|提供|补充|说明|给出|确认|告知|明确|核对|检查)|(?:您|你)(?:能|可以|可否|能否)(?:告诉|提供|补充|说明|给出|确认)|(?:如果|若|只要)(?:您|你)?(?:能)?(?:提供|知道|告诉|补充|给出)[^。！？]{0,40}(?:就|可以|便|才|能)|(?:多少|几|什么|哪个)[^。！？]{0,20}[?？]\s*$|(?:您|你)是不是想|是否(?:想问|指的是|应为)",
    re.I,
)
"""What a sentence asks back: a quantity that the problem does not give."""

EXAMPLE = lazy_pattern(
    r"^\W*(?:for (?:example|instance)|e\.g\.|as an example|(?:an )?example\b|to illustrate|here['’]s (?:how|an example)|(?:\*\*)?if (?:we|you|I) (?:knew|had|know|have)\b|once (?:we|you|I)\b)|\b(?:for example|for instance),? (?:if|suppose|let|say|you could)|^\W*(?:however,? |but )?if (?:you|the (?:question|problem|intention|intent)) (?:meant|mean|intended?|is (?:asking|about|meant)|was (?:asking|about|meant|intended)|(?:actually )?(?:asks?|refers?|wants?)|(?:are|were) asking)|\bhere['’]s what we (?:can|do|know)|\b(?:let['’]s|we can) (?:still )?(?:focus on|look at|figure out)|^\W*we (?:only |do |just )+know\b|^\W*imagine\b|\bhere['’]s (?:why|what)\b|\b(?:to answer|for|regarding|as for) the (?:\w+ )?(?:question|part|problem|portion)(?: \w+)? about\b|\bthe [\w'’-]+ part of (?:the|this|your)\b|\b(?:can|could|['’]s|us) (?:only |still |at least )*(?:solve|answer|calculate|find|determine|do|work out) the [\w'’ /-]{1,40} (?:part|portion|problem|question)\b|\bif we (?:focus|are to find)\b|^\W*what we (?:can|do) (?:know|say|figure)|^\W*(?:例如|比如|举例)|如果知道|假如知道",
    re.I,
)
"""How a sentence begins that only shows what would be."""

SUPPOSED = lazy_pattern(
    r"^\W*(?:so,? |then,? |but |however,? )?(?:(?:if|when) we (?:assume|suppose|take|say|consider|ignore|treat)|assuming|supposing|(?:let['’]?s|let us|I(?:['’]ll| will)|we (?:can|could|will|may)|we['’]ll) (?:just |also |simply )?(?:assume|suppose|say|take|use)|under (?:this|the|that) assumption|suppose|assume)\b|^\W*(?:假设|假定|若假设|如果假设|我们假设|不妨设)",
    re.I,
)
"""How a sentence begins that supplies what is missing."""

IN_UNKNOWN = lazy_pattern(
    r"(?<![\\A-Za-z])(?:\d+\s?[*·]?\s?[a-zA-Z]|[a-zA-Z]\s*[-+*/×÷–·]\s*(?:\d|\(|[a-zA-Z](?![A-Za-z]))|(?:\d|\)|!)\s*[-+*/×÷·]\s*[a-zA-Z]|[a-zA-Z]!)(?![A-Za-z%°])|\bin terms of\b|\d+ times the (?:number|amount|price|cost|value)|\(\w[a-z]+ (?:of|per) [\w ]+\)|\[[A-Za-z][\w ]+\]",
)
"""An answer that keeps an unknown: 3x + 12, 10h, (number of friends)."""

UNIT_LETTER = lazy_pattern(r"\d+\s?(?:m|s|g|h|l|L|km|cm|kg|K|A|V|W|C|F|N|J)\b(?!\s*[-+*/×÷=])")
"""A unit, which only looks like an unknown."""
