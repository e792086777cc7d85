"""The table of words that give a reading away: `homographs` looks at it first. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clue:
    """A reading, and what must be around the word for it; an empty set asks for nothing."""

    reading: str
    """A key of the word's readings."""
    kinds: str = ""
    """The kinds (see `word_classes`) of the word itself."""
    after: frozenset[str] = _NONE
    """Words of which one stands right before it."""
    before: frozenset[str] = _NONE
    """Words of which one stands right after it."""
    near: frozenset[str] = _NONE
    """Words of which one stands close by."""
    then: str = ""
    """Kinds of the next word."""
    not_then: str = ""
    """Kinds that the second word after it must not have."""


def _any(words: str) -> frozenset[str]:
    return frozenset(words.split())


_IN_A_CITY = Clue("NAME", after=_any("in from near to at of"))
_DEER = _any("buck bucks deer stag stags fawn fawns")
_BOWING = _any("took take takes taking audience stage applause")
_SHIP = _any("ship ship's boat deck stern waves hull port starboard sailor vessel anchor")
_QUARREL = _any("blazing furious unholy terrible")
_COUNT = _any(
    "one two three four five six seven eight nine ten twelve fifteen twenty thirty forty sixty ninety"
)
_STAGE_ROLES = _any(
    """singer role actor actress guitarist guitar author time times vocals vocalist engineer developer
    designer story character investigator generation investor producer"""
)
_METALS = _any(
    """pipe pipes paint paints poisoning zinc copper tin mercury metal metals heavy acid bullet bullets weight
    weights pencil sheet sheets solder toxic ore iron silver gold contaminated contamination battery batteries
    gasoline petrol arsenic cadmium melted molten"""
)
_FISHING = _any(
    """fish fishing fished lake river pond caught catch catching sea largemouth smallmouth striped fillet
    grilled angler anglers trout pike boat bait"""
)
_WEEPING = _any("eye eyes cheek cheeks face cry cried crying rolled shed wept weeping gas duct ducts")
_CLOTH = _any(
    """wear fabric cloth paper muscle ligament tendon cartilage jacket coat shirt dress trousers jeans curtain
    repair mend sew sail net rotator"""
)
_NUMB = _any("fingers finger hands hand feet toes legs lips face cold grew felt feel")
_PERFORMED = _any(
    """music show shows stream streams streaming streamed concert concerts tv television event events
    performance performances coverage update updates broadcast broadcasts audience action chat chats band
    bands recording recordings demo demos wire wires cricket football album albums version versions
    entertainment ammunition"""
)
_DEGREE = _any("how very so too as really pretty fairly quite extremely almost most more")
_TINY = _any("amount amounts quantity quantities detail fraction trace particle difference change crack")
_CHOPPING = _any("battle wood chop throwing sword swords tree trees lumberjack")

CLUES: Mapping[str, tuple[Clue, ...]] = MappingProxyType(
    {
        "axes": (Clue("VERB", near=_CHOPPING),),
        "bass": (Clue("FISH", near=_FISHING),),
        "bow": (
            Clue(
                "VERB",
                kinds="N",
                after=_any("a deep final"),
                near=_any("took take takes taking audience stage"),
            ),
            Clue("VERB", kinds="N", near=_SHIP),
        ),
        "bows": (Clue("VERB", kinds="S", near=_SHIP | _BOWING),),
        "close": (
            Clue("NOUN", after=_any("the"), before=_any("of")),
            Clue("DEFAULT", before=_any("beside to by behind together enough")),
            Clue("DEFAULT", kinds="N", after=_DEGREE),
        ),
        "des": (Clue("NAME", before=_any("moines plaines peres")),),
        "does": (Clue("NOUN", after=_any("the these two three several many"), near=_DEER),),
        "job": (Clue("NAME", after=_any("of"), near=_any("book bible prophet patience")),),
        "lead": (Clue("DEFAULT", before=_STAGE_ROLES), Clue("METAL", kinds="NJ", near=_METALS)),
        "live": (Clue("DEFAULT", before=_PERFORMED),),
        "minute": (
            Clue("DEFAULT", after=_COUNT),
            Clue("ADJ", kinds="N", then="S"),
            Clue("ADJ", kinds="N", before=_TINY),
            Clue("ADJ", after=_DEGREE),
        ),
        "mobile": (_IN_A_CITY, Clue("NAME", before=_any("alabama bay"))),
        "nice": (_IN_A_CITY,),
        "number": (Clue("ADJ", before=_any("than"), near=_NUMB),),
        "putting": (Clue("GOLF", near=_any("golf green greens hole")),),
        "reading": (_IN_A_CITY,),
        "row": (
            Clue("QUARREL", kinds="N", after=_QUARREL),
            Clue("QUARREL", kinds="N", before=_any("with"), near=_any("had has having")),
        ),
        "sewer": (Clue("TAILOR", near=_any("needle thread fabric sewing seam seams cloth")),),
        "tear": (
            Clue("DEFAULT", kinds="N", near=_WEEPING),
            Clue("VERB", kinds="N", before=_any("in")),
            Clue("VERB", kinds="N", near=_CLOTH),
        ),
        "used": (
            Clue("HABIT", kinds="T", before=_any("to")),
            Clue("HABIT", before=_any("to"), not_then="BEH"),
        ),
    }
)
"""By word, in lower case; the first clue that fits counts."""
