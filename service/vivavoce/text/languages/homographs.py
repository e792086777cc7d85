"""Chooses among the readings of a word: by clues in the words around it, then by its part of speech.

In come the words of a sentence in lower case and their kinds (see `word_classes`); out goes the key of a
reading: a part of speech that the dictionary names, or a sense of ours (METAL for `lead`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vivavoce.text.languages.grammar import Costs, costs, word_costs
from vivavoce.text.languages.lexicon import DEFAULT, Readings

_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "N": ("NOUN",),
        "S": ("NOUN",),
        "B": ("VERB",),
        "Z": ("VERB",),
        "G": ("VERB",),
        "T": ("VBD", "VERB"),
        "X": ("VBN", "VERB"),
        "J": ("ADJ",),
        "A": ("ADV",),
        "R": ("ADV",),
        "D": ("DT", "ADJ"),
        "d": ("DT",),
        "Q": ("DT",),
        "O": ("DT",),
    }
)
"""What the dictionary calls each kind."""

_COSTS: tuple[tuple[str, str], ...] = (
    ("J0 B0 N2", "separate moderate appropriate articulate legitimate intimate alternate deliberate elaborate animate"),
    ("N0 B0 J2", "estimate graduate advocate delegate certificate duplicate syndicate associate affiliate lead"),
    ("J0 B0.5 N2", "close"),
    ("J0 B1 N2", "perfect frequent"),
    ("J0 B3", "absent"),
    ("J0 A0 I1", "nearby"),
    ("B0 J1 A2", "live"),
    ("J0 N0 B4", "content"),
    ("N0 J1 B0", "present"),
    ("J0 N1", "invalid"),
    ("N0 J1", "minute"),
    ("N1 T0 X0 B3", "wound"),
    ("J0 T2 X1", "learned crooked dogged ragged jagged"),
    ("T0 N0 X3", "moped"),
    ("T1 N0", "dove"),
    ("N0 J3", "number"),
    ("J0 N0 B0.7", "polish"),
    ("T0 X0 J1", "used"),
    ("B0 N1.5", "refuse convert compress combine reject transform produce resume recall rewind rebound recharge rewrite"),
    ("B0 N4", "affect consist conserve entail allocate implicate"),
    ("Z0 S4", "affects consists conserves entails implicates"),
    ("N0 B2", "affix concert console incense pigment desert excise"),
)  # fmt: skip
"""Costs of kinds for homographs whose readings do not tell them well."""
_OWN_COSTS = MappingProxyType({word: costs(row) for row, words in _COSTS for word in words.split()})

_FUNCTION_KINDS = frozenset("DdPQOWwtMHEoICR")
_ABBREVIATIONS = frozenset(("us", "it", "who"))
"""Function words that are spelt where they stand as nouns in capitals: the US. (The dictionary has more.)"""

_NEAR = 6
"""Words on either side that clues look at."""


@dataclass(frozen=True, slots=True)
class Clue:
    """A reading, and the words that give it away."""

    reading: str
    kinds: str = ""
    """The kinds of the word itself for which it counts; all if empty."""
    after: str = ""
    """Any of these stands right before the word."""
    before: str = ""
    """Any of these stands right after it."""
    near: str = ""
    """Any of these stands close by."""
    then: str = ""
    """The word after it is of one of these kinds."""
    not_then: str = ""
    """The second word after it is of none of these kinds."""


_CITY = Clue("NAME", after="in from near to at of")
CLUES: Mapping[str, tuple[Clue, ...]] = MappingProxyType(
    {
        "lead": (
            Clue(
                DEFAULT,
                before="""singer role actor actress guitarist guitar author time times vocals vocalist engineer
                          developer designer story character investigator generation investor producer""",
            ),
            Clue(
                "METAL",
                kinds="NJ",
                near="""pipe pipes paint paints poisoning zinc copper tin mercury metal metals heavy acid bullet
                        bullets weight weights pencil sheet sheets solder toxic ore iron silver gold
                        contaminated contamination battery batteries gasoline petrol arsenic cadmium melted molten""",
            ),
        ),
        "bass": (
            Clue(
                "FISH",
                near="""fish fishing fished lake river pond caught catch catching sea largemouth smallmouth
                        striped fillet grilled angler anglers trout pike boat bait""",
            ),
        ),
        "bow": (
            Clue("VERB", kinds="N", after="a deep final", near="took take takes taking audience stage applause curtain"),
            Clue("VERB", kinds="N", near="ship ship's boat deck stern waves hull port starboard sailor vessel anchor"),
        ),
        "bows": (Clue("VERB", kinds="S", near="ship boat deck stern waves hull took take takes taking"),),
        "row": (
            Clue("QUARREL", kinds="N", after="blazing terrible furious unholy", before="with about over"),
            Clue("QUARREL", kinds="N", after="blazing furious unholy"),
        ),
        "tear": (
            Clue("DEFAULT", kinds="N", near="eye eyes cheek cheeks face cry cried crying rolled shed wept weeping gas duct ducts"),
            Clue("VERB", kinds="N", before="in"),
            Clue(
                "VERB",
                kinds="N",
                near="""wear fabric cloth paper muscle ligament tendon cartilage jacket coat shirt dress
                        trousers jeans curtain repair mend sew sail net rotator""",
            ),
        ),
        "sewer": (Clue("TAILOR", near="needle thread fabric sewing seam seams cloth"),),
        "number": (Clue("ADJ", before="than", near="fingers finger hands hand feet toes legs lips face cold grew felt feel"),),
        "does": (
            Clue("NOUN", after="the these two three several many", near="buck bucks deer stag stags fawn fawns"),
        ),
        "used": (
            Clue("HABIT", kinds="T", before="to"),
            Clue("HABIT", before="to", not_then="BEH"),
        ),
        "minute": (Clue("ADJ", then="S", kinds="N"), Clue("ADJ", after="very so extremely too how almost most")),
        "close": (
            Clue("NOUN", after="the", before="of"),
            Clue(DEFAULT, after="how very so too as really pretty fairly quite", kinds="N"),
        ),
        "live": (
            Clue(
                DEFAULT,
                before="""music show shows stream streams streaming streamed concert concerts tv television event
                          events performance performances coverage update updates broadcast broadcasts
                          audience action chat chats band bands recording recordings demo demos wire wires
                          cricket football album albums version versions entertainment bait ammunition""",
            ),
        ),
        "axes": (Clue("VERB", near="battle wood chop throwing sword swords tree trees lumberjack"),),
        "putting": (Clue("GOLF", near="golf green greens hole"),),
        "reading": (_CITY,),
        "nice": (_CITY,),
        "mobile": (_CITY, Clue("NAME", before="alabama bay")),
        "job": (Clue("NAME", after="of", near="book bible prophet patience"),),
    }
)


_PAST = frozenset("yesterday ago last was were had did then once went came said told took when".split())
_PRESENT = frozenset("every always often usually daily nowadays can will if".split())
_CLAUSE_ENDS = frozenset(".!?;:—…")


def costs_of(words: Sequence[str], index: int, readings: Readings) -> Costs:
    """What each kind costs a word that has several readings."""
    word = words[index]
    if word in ("read", "reread"):
        return _costs_of_read(words, index)
    if word in _OWN_COSTS:
        return _OWN_COSTS[word]
    listed = word_costs(word)
    if not readings.keys() & {"NOUN", "VERB", "ADJ"} or word.endswith(("ed", "ing")):
        return listed
    if listed.keys() & _FUNCTION_KINDS:
        return {**listed, "N": 1.0} if word in _ABBREVIATIONS else listed
    if word.endswith("s") and not word.endswith("ss"):
        return {"S": 0.0, "Z": 0.0}
    return {"N": 0.0, "B": 0.0, "J": 1.0 if "ADJ" in readings else 2.0}


def _costs_of_read(words: Sequence[str], index: int) -> Costs:
    """`read` is a past tense where its clause speaks of the past, else a present one."""
    start = max((at + 1 for at in range(index) if words[at] in _CLAUSE_ENDS), default=0)
    end = next((at for at in range(index, len(words)) if words[at] in _CLAUSE_ENDS), len(words))
    clause = words[start:end]
    past = sum(word in _PAST or (word.endswith("ed") and len(word) > 4) for word in clause)
    present = sum(word in _PRESENT for word in clause)
    return {"B": 0.0, "T": -1.5 if past > present else 0.5, "X": 0.0}


def choose(words: Sequence[str], kinds: str, index: int, readings: Readings) -> str:
    """The phonemes of the reading that fits the word at `index`."""
    for clue in CLUES.get(words[index], ()):
        if clue.reading in readings and _fits(clue, words, kinds, index):
            return readings[clue.reading]
    key = next((key for key in _KEYS.get(kinds[index], ()) if key in readings), DEFAULT)
    return readings[key]


def _fits(clue: Clue, words: Sequence[str], kinds: str, index: int) -> bool:
    if clue.kinds and kinds[index] not in clue.kinds:
        return False
    if clue.then and (kinds[index + 1 : index + 2] or " ") not in clue.then:
        return False
    if clue.not_then and kinds[index + 2 : index + 3] in tuple(clue.not_then):
        return False
    around = (*words[max(0, index - _NEAR) : index], *words[index + 1 : index + 1 + _NEAR])
    return (
        _has(clue.after, words[index - 1 : index])
        and _has(clue.before, words[index + 1 : index + 2])
        and _has(clue.near, around)
    )


def _has(listed: str, words: Sequence[str]) -> bool:
    return not listed or not set(listed.split()).isdisjoint(words)
