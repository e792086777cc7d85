"""Units of measure after a number: `5 kg`, `60 mph`, `25°C`, `6'2"`, `7.66 km/s`."""

from re import Match

from vivavoce.text.normalize.context import is_adjective
from vivavoce.text.normalize.numbers import NUMBER, QUANTITY, decimal, quantity
from vivavoce.text.normalize.rule import DIGITS, listed, rule

_METRIC = {
    "m": "meter", "g": "gram", "l": "liter", "L": "liter", "W": "watt", "V": "volt", "Hz": "hertz",
    "Pa": "pascal", "J": "joule", "N": "newton", "F": "farad", "Ω": "ohm", "eV": "electron volt",
    "Wh": "watt hour", "cal": "calorie", "s": "second", "A": "amp", "Ah": "amp hour", "mol": "mole",
    "b": "bit", "B": "byte", "bps": "bit per second", "bit": "bit",
}  # fmt: skip
_PREFIXES = {
    "": "m g l L W V Hz Pa s Wh cal mol Ω eV", "k": "m g W V Hz Pa J N Wh cal Ω eV B b bps bit",
    "M": "W V Hz Pa J N Wh Ω eV B b bps bit", "G": "W Hz Pa J Wh eV B b bps bit", "T": "W Hz B b Wh eV bps",
    "P": "B", "K": "B b", "c": "m l L", "d": "l L", "h": "Pa", "m": "m g l L W V s A Ah mol F",
    "µ": "m g l L s A F", "n": "m s F", "p": "F",
}  # fmt: skip
_PREFIX_NAMES = {
    "": "", "k": "kilo", "K": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta", "c": "centi",
    "d": "deci", "h": "hecto", "m": "milli", "µ": "micro", "n": "nano", "p": "pico",
}  # fmt: skip
_OTHERS = {
    "KiB": "kibibyte", "MiB": "mebibyte", "GiB": "gibibyte", "TiB": "tebibyte", "B/s": "byte per second",
    "h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute", "sec": "second",
    "secs": "second", "msec": "millisecond", "wk": "week", "wks": "week", "mo": "month", "mos": "month",
    "yr": "year", "yrs": "year", "mi": "mile", "yd": "yard", "yds": "yard", "ft": "foot", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "fl oz": "fluid ounce", "gal": "gallon", "pt": "point", "pts": "point",
    "qt": "quart", "tsp": "teaspoon", "tbsp": "tablespoon", "mph": "mile per hour",
    "kph": "kilometer per hour", "kmh": "kilometer per hour", "kn": "knot",
    "rpm": "revolution per minute", "bpm": "beat per minute",
    "fps": "frame per second", "dpi": "dot per inch", "ppi": "pixel per inch", "ppm": "part per million",
    "ppb": "part per billion", "psi": "P S I", "px": "pixel", "dB": "decibel", "ha": "hectare",
    "sq ft": "square foot", "sq m": "square meter", "sqft": "square foot",
    "sqm": "square meter", "sq km": "square kilometer", "sq mi": "square mile", "cc": "C C",
    "lm": "lumen", "lx": "lux", "MP": "megapixel", "kcals": "kilocalorie", "kg": "kilogram",
    "MBps": "megabyte per second", "GBps": "gigabyte per second", "kgs": "kilogram", "kms": "kilometer",
    "kΩ": "kilohm", "MΩ": "megohm",
    "mcg": "microgram", "tonne": "tonne", "Nm": "newton meter", "hp": "horsepower",
    "Kbps": "kilobit per second",
}  # fmt: skip
UNITS = {
    prefix + symbol: _PREFIX_NAMES[prefix] + _METRIC[symbol]
    for prefix, symbols in _PREFIXES.items()
    for symbol in symbols.split()
} | _OTHERS
"""Symbol → what one of it is called."""
IRREGULAR = {"foot": "feet", "inch": "inches"}
UNCHANGED = listed("hertz lux horsepower I C")
POWERS = {"²": "square", "2": "square", "³": "cubic", "3": "cubic"}
SCALES_OF_DEGREES = {
    "C": "celsius", "F": "fahrenheit", "K": "kelvin", "N": "north", "S": "south", "E": "east", "W": "west",
}  # fmt: skip

_SYMBOLS = "|".join(sorted(UNITS, key=len, reverse=True))
_DOT = r"(?:\.(?= {1,3}[a-z0-9(]|[,;:?!)]))?"
"""The dot of an abbreviation, where it cannot be the end of the sentence."""


def several(unit: str) -> str:
    """The plural of a unit: `mile per hour` → `miles per hour`."""
    head, per, tail = unit.partition(" per ")
    before, _, noun = head.rpartition(" ")
    if noun not in UNCHANGED and not noun.endswith("hertz"):
        noun = IRREGULAR.get(noun, f"{noun}s")
    return f"{before} {noun}{per}{tail}".lstrip()


def measure(number: str, unit: str, *, singular: bool = False) -> str:
    """`5`, `kilogram` → `five kilograms`."""
    one = singular or number == "1" or ("/" in number and " " not in number and number.startswith("1/"))
    return f"{quantity(number)} {unit if one else several(unit)}"


@rule(
    DIGITS + ".",
    rf"({QUANTITY})( ?-?)({_SYMBOLS})(?:\^?([²³23])(?!\w))?(?:/({_SYMBOLS}|[a-z]{{3,8}})(?:\^?([²³23]))?)?"
    rf"(?!\w|/\w|'\w){_DOT}",
)
def with_unit(match: Match[str]) -> str | None:
    """`5 kg`, `12 m²`, `7.66 km/s`, `a 10-km run`."""
    number, gap, symbol, power, per, per_power = match.groups()
    if symbol == "s" and (number in ("0", "1") or "," in number) and not gap:
        return None
    unit = _raised(UNITS[symbol], power)
    if per:
        unit = f"{unit} per {_raised(UNITS.get(per, per), per_power)}"
        if per_power and per in ("s", "sec"):
            unit = unit.replace("square second", "second squared")
    return measure(number, unit, singular="-" in gap or is_adjective(match))


def _raised(unit: str, power: str | None) -> str:
    return f"{POWERS[power]} {unit}" if power else unit


@rule(DIGITS + ".", rf"({QUANTITY})( ?-?)in(?:\.(?= {{1,3}}[a-z0-9(]|[,;:?!)])|²|\^2)")
def inches(match: Match[str]) -> str:
    """`11 in.`: without its dot it is the preposition."""
    square = "square inch" if match[0].endswith(("²", "2")) else "inch"
    return measure(match[1], square, singular="-" in match[2] or is_adjective(match))


@rule(
    DIGITS,
    r"(\d{1,2})(?:' ?(\d{1,2}(?:\.\d)?)(?:\"|'')?(?![\w'])| ?ft\.? ?(\d{1,2}(?:\.\d)?) ?in(?!\w))",
)
def feet_and_inches(match: Match[str]) -> str:
    """`6'2"`, `5 ft 4 in`."""
    if match[3]:
        return f"{measure(match[1], 'foot')} {measure(match[3], 'inch')}"
    return f"{decimal(match[1])} foot {decimal(match[2])}"


@rule(
    DIGITS,
    r"(\d{1,3}(?:\.\d)?)\"(?= ?(?:x|by|wide|tall|long|deep|thick|high|screen|monitor|display|tv|TV)\b)",
)
def inches_by_quotes(match: Match[str]) -> str:
    """`a 27" screen`."""
    return measure(match[1], "inch", singular=is_adjective(match))


@rule(
    DIGITS + ".",
    rf"({NUMBER}) ?(?:°|℃|℉)(?:(\d{{1,2}})'(?:(\d{{1,2}}(?:\.\d{{1,4}})?)\")?)?(?: ?([CFKNSEW])(?!\w))?",
)
def degrees(match: Match[str]) -> str:
    """`25°C`, `90° angle`, `40°26'46"N`."""
    number, minutes, seconds, scale = match.groups()
    scale = scale or {"℃": "C", "℉": "F"}.get(match[0][-1])
    said = [measure(number, "degree", singular=is_adjective(match))]
    if minutes:
        said.append(measure(minutes, "minute"))
    if seconds:
        said.append(measure(seconds, "second"))
    return " ".join([*said, SCALES_OF_DEGREES[scale]] if scale else said)


RULES = (feet_and_inches, inches_by_quotes, degrees, inches, with_unit)
