"""What kinds of word English words are: the tables that `grammar` tags with. Data only.

A kind is a letter; the number after it is a cost, 0 for the usual reading of the word, more for a rarer one.

    D d  determiner, possessive; d goes with a singular   B  verb: base form, or present with a plural subject
    J    adjective                                        Z  verb: present with a singular subject
    N S  noun: singular, plural                           T  verb: past tense
    U    number                                           X  verb: past participle
    P Q  pronoun as subject: plural, I, you; he, she, it  G  verb: -ing
    O    pronoun as object                                M H E  auxiliary: do and modals; have; be
    A R  adverb; particle (up, off)                       o  to before a verb
    I    preposition                                      ,  . marks within and at the end of a sentence
    C W    conjunction; question word
    w t    relative pronoun as subject; that before a clause
"""

KINDS: tuple[tuple[str, str], ...] = (
    ("D0", "the my your our their its no some any all both such whose 'em"),
    ("D0 O1", "his mine yours ours theirs few several many more most less "),
    ("D0 O0", "her"),
    ("D0 P1 O1", "these those"),
    ("d0", "a an every each another"),
    ("d0 Q1 O1", "this"),
    ("d0 t0 w1 Q1 O1", "that"),
    ("d0 O1 C2", "either neither"),
    ("d0 A1 O1", "much"),
    ("D0 A0 O1", "enough"),
    ("J1 A1 d1 O2", "little"),
    ("P0", "i we they you'd've"),
    ("P0 O0", "you y'all ye"),
    ("Q0", "he she thou there"),
    ("Q0 O0", """it one someone somebody something everyone everybody everything anyone anybody anything
                 nobody nothing none"""),
    ("O0", "me him them us thee himself herself itself myself yourself ourselves themselves yourselves"),
    ("w0", "who"),
    ("W0 w1 D1", "which"),
    ("W0 D1", "what whichever whatever"),
    ("W0 O2", "whom"),
    ("W0 C0", "when where why how whenever wherever"),
    ("M0", """will would can could shall should may might must cannot can't couldn't won't wouldn't shan't
              shouldn't
              mightn't mustn't do did don't didn't doesn't ain't i'll you'll he'll she'll it'll we'll they'll
              that'll there'll who'll let's please dare daren't needn't gonna wanna gotta lemme"""),
    ("M0 S6", "does"),
    ("M0 H1", "i'd you'd he'd she'd it'd we'd they'd who'd there'd that'd"),
    ("H0 B1", "have having haven't"),
    ("H0", """has had hasn't hadn't i've you've we've they've who've should've would've could've might've
              must've"""),
    ("E0", """be am is are was were being been isn't aren't wasn't weren't i'm you're we're they're who're
              there're"""),
    ("E0 H2", "he's she's it's that's there's who's what's where's here's how's when's"),
    ("o0 I3.6", "to"),
    ("A0", """not n't never always often sometimes usually rarely seldom ever already still just also too very
              quite rather almost nearly even soon then now today tomorrow yesterday tonight again perhaps
              maybe here away together instead else once twice ago therefore however thus hence indeed
              otherwise meanwhile afterwards later forever abroad apart aside upstairs downstairs outdoors
              somewhere anywhere everywhere nowhere anyway somehow thereby so hardly barely"""),
    ("A0 J1", """only early late fast hard long far near well straight daily first last next better best worse
                 worst"""),
    ("C0", "and or but nor if because although though unless whereas while lest whether than yet till plus"),
    ("C0 I0", "before after since until as except like"),
    ("I0", """of at from with for into onto upon among amongst between against during without within toward
              towards beneath beside besides beyond despite concerning regarding via per versus unlike"""),
    ("I0 R1", """in on by about across along around behind below above over under through off near inside
                 outside past"""),
    ("R0 I1", "up down out back away forward"),
    ("U0", """zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
              sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
              hundred thousand million billion dozen"""),
    ("J0", """good bad new old young big small large great high low short thin thick wide narrow deep
              shallow rich poor strong weak hot warm cool cold wet dry clean dirty full empty heavy
              bright dark soft loud quiet quick slow easy difficult simple able ready sure free
              busy happy sad angry afraid alone alive asleep aware sick ill healthy sharp rough smooth flat
              round fresh nice fine pretty beautiful ugly strange rare cheap expensive dear safe dangerous
              wrong true false real main chief major minor whole certain likely different same other own
              former latter entire raw ripe blind deaf dumb mad wild calm brave proud shy rude
              polite kind cruel honest clever stupid wise foolish lazy eager tall tiny huge vast
              broad tight loose straight crooked bare plain mere sheer utter prime senior junior modern
              ancient foreign local public private common special general personal red green blue yellow
              white black brown grey gray pink purple big third fourth fifth sixth seventh eighth ninth tenth
              armed open dead poor fair worth naked invisible annual monthly weekly extra"""),
    ("B0 N5", """accept achieve add admit adopt agree allow announce apologize appear apply argue arrive ask
              assume
              avoid believe belong bother carry cause collect compare complain confirm
              connect consider contain continue cross create deny decide defend deliver demand depend describe
              destroy determine develop discover discuss enjoy ensure enter examine exist expect explain
              express fail fill follow gather happen identify imagine improve include indicate inform
              install introduce involve join kill learn listen maintain manage mention obey obtain occur
              perform persuade prefer prepare pretend prevent promise protect prove provide publish punish
              reach realize receive recognize recommend reduce refer reflect relate remain remember remind
              remove repeat replace require reveal satisfy save seem select serve settle solve
              suffer suggest suppose survive tend thank translate render alter differ offer encounter
              update upload download use
              visit wander want warn wonder worry commit compute configure convince delete encourage
              invent marry pray preserve pursue react regret reject rely rescue respond retire tie throw
              threaten try urge"""),
    ("N0 B0", """answer attack attempt call care change charge check claim control cost cover cry damage dance
              date deal delay design dream drink drive drop end face fear fight finish fire
              force form function guard guess guide help hold hope hunt hurry influence issue joke judge jump
              kick kiss land laugh lie lift limit link list load look love mark match matter mind miss move
              name need note notice offer order pass place plan plant play point post press print pull
              push question quote rain reply report request respect rest result return ride ring risk rule
              run sail score search shape share shop shout show sign smell smile sound start state
              step stop study support surprise switch talk taste test touch trade train travel treat
              trust turn type view vote wait walk wash watch waste wave wish work measure capture figure
              feature
              picture structure treasure balance finance sentence experience reference comment experiment
              document implement supplement trigger filter register transfer power color colour monitor
              signal package message cook paint milk water target focus access process filter"""),
    ("N0", """time year day week month hour night morning afternoon evening man woman child people
              person thing world life school family student group country problem hand part case
              company system program government night area money story fact lot book eye job word business
              side room friend father mother power game member law car city community
              team kid body information parent office door health person art war history party
              reason research girl guy moment air teacher education food boy age music"""),
    ("S0", "people men women children police feet teeth mice geese cattle data media"),
    ("N0 A1", "monday tuesday wednesday thursday friday saturday sunday home"),
)  # fmt: skip
"""Costs by kind, and the words that have them."""

IRREGULAR_VERBS = """
    become became become, begin began begun, bend bent bent, bet bet bet, bite bit bitten, bleed bled bled,
    blow blew blown, break broke broken, breed bred bred, bring brought brought, build built built,
    burn burnt burnt, burst burst burst, buy bought bought, catch caught caught, choose chose chosen,
    come came come, cost cost cost, creep crept crept, cut cut cut, deal dealt dealt, dig dug dug,
    do did done, draw drew drawn, dream dreamt dreamt, drink drank drunk, drive drove driven, eat ate eaten,
    fall fell fallen, feed fed fed, feel felt felt, fight fought fought, find found found, flee fled fled,
    fly flew flown, forbid forbade forbidden, forget forgot forgotten, forgive forgave forgiven,
    freeze froze frozen, get got gotten, give gave given, go went gone, grind ground ground,
    grow grew grown, hang hung hung, hear heard heard, hide hid hidden, hit hit hit, hold held held,
    hurt hurt hurt, keep kept kept, kneel knelt knelt, know knew known, lay laid laid, lead led led,
    lean leant leant, leap leapt leapt, leave left left, lend lent lent, let let let, light lit lit,
    lose lost lost, make made made, mean meant meant, meet met met, pay paid paid, put put put,
    quit quit quit, read read read, rid rid rid, ride rode ridden, ring rang rung, rise rose risen,
    run ran run, say said said, see saw seen, seek sought sought, sell sold sold, send sent sent,
    set set set, sew sewed sewn, shake shook shaken, shine shone shone, shoot shot shot, shrink shrank shrunk,
    shut shut shut, sing sang sung, sink sank sunk, sit sat sat, sleep slept slept, slide slid slid,
    sow sowed sown, speak spoke spoken, speed sped sped, spend spent spent, spill spilt spilt, spin spun spun,
    split split split, spread spread spread, spring sprang sprung, stand stood stood, steal stole stolen,
    stick stuck stuck, sting stung stung, strike struck struck, swear swore sworn, sweep swept swept,
    swim swam swum, swing swung swung, take took taken, teach taught taught, tear tore torn, tell told told,
    think thought thought, throw threw thrown, tread trod trodden, understand understood understood,
    wake woke woken, wear wore worn, weave wove woven, weep wept wept, win won won, wind wound wound,
    write wrote written, broadcast broadcast broadcast, reread reread reread, dive dove dived
"""
"""Base form, past tense, past participle."""

ENDINGS: tuple[tuple[str, str], ...] = (
    ("tion sion ment ness ity ism ist ance ence ship hood dom ogy ure eer", "N0 J5 B5"),
    ("ous ful able ible less ish", "J0 N5"),
    ("ive al ic ary ant ent ian an", "J0 N1 B5"),
    ("ize ise ify yze", "B0 N3"),
    ("ate", "B0 J1 N2"),
    ("ly", "A0 J3"),
    ("ed", "T0 X0 J2"),
    ("ing", "G0 N2 J3"),
    ("est", "J0 N3"),
    ("er or", "N0 J2 B4"),
)  # fmt: skip
"""Endings of words that are in no table, and their costs; the first that fits counts."""

UNKNOWN = "N0 J2 B2"
NAME = "N0 S2 J3"
"""A capitalised word inside a sentence."""
POSSESSIVE = "D0 E3"
