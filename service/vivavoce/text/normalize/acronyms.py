"""Words in capitals: said as a word (NASA), letter by letter (FBI), or only shouted (STOP)."""

import re

from vivavoce.text.normalize.context import NEAR
from vivavoce.text.normalize.rule import letters, listed

_AS_WRITTEN = listed(
    """
    AIDS APEC ASAP ASCII ASEAN ASIC AWACS AWOL BAFTA BIOS BIPOC BRICS CAT CERN COBOL COVID CRISPR CRUD
    CUDA DARPA DOS DRAM EBCDIC EEPROM ELISA EMU EULA FEMA FICA FIFA FIFO FOMO GATT GIF GNU GOAT GUI
    HIPAA HVAC ICANN IMAP IMAX ISIL ISIS IUPAC JPEG JSON LAN LASIK LED LIBOR LIFO MASH MIDI MIME MIPS
    MOOC MPEG NAACP NAFTA NASA NASCAR NASDAQ NATO NOAA NORAD NVIDIA OK OLED ONNX OPEC OSHA PETA PIN
    POTUS QWERTY RADAR RAID RAM REPL RICO RISC ROM SAAS SARS SCOTUS SCSI SIM SIMD SWAT TASER TOML UNESCO
    UNICEF WAN WASM WIFI WYSIWYG YAML YOLO ZIP
    """
)
SPOKEN = {word: word for word in _AS_WRITTEN} | {
    "AJAX": "ajax", "BASIC": "basic", "CAD": "cad", "CAPTCHA": "captcha", "CORS": "cores", "IKEA": "IKEA",
    "JAVA": "java", "LASER": "laser", "LIDAR": "lidar", "MAC": "mac", "NAND": "nand", "REST": "rest",
    "SCUBA": "scuba", "SOAP": "soap", "SONAR": "sonar", "TED": "ted", "UEFA": "U E F A", "CMOS": "C moss",
    "OAUTH": "O auth", "SRAM": "S RAM", "VRAM": "V RAM", "WWI": "world war one", "WWII": "world war two",
    "IEEE": "I triple E", "CTRL": "control", "ARM": "arm",
}  # fmt: skip
"""Said as a word, or in a way of their own."""
INITIALISMS = listed(
    """
    ACLU AFAIK AI API AWS BBC CEO CIA CPU DIY DNA EU EUR FAQ FBI FYI GPU HR IBM IMHO IMO IOS IPO IQ IRA
    IRS ISO IT LGBTQIA MBA NBA NFL NHS OECD PHP RSVP SEO SUV TV UCLA UFO UK UN US USA USAF USB USDA USSR
    UX UI WHO IEEE USPS AARP AA AAA NYSE BMW VIP CV QA IUD IVF EOD ETA ASL IAM UAE URI URL
    """
)
"""Always spelt, also where everything around is in capitals."""
SPELT_IN_SMALL = listed(
    """
    api apis url urls uri cpu gpu cpus gpus usb sql faq ui ux ios usa uk www idk omg fyi imo imho diy
    tldr
    """
)
SHOUTED = listed(
    """
    about above after again all also am an and any are as at away back bad be been best big both but buy
    by can call city cool day did do does done down each easy edit end enter even ever every exit fast
    fine fire first five for four free from full fun get give go god gold good great had happy hard has
    have he hello help her here hey hi high him his home hot how huge i'm if in info into is its join
    just keep kids know last late less let life like live long look lost love low luck made main make
    many max may me mid min mine more most much must my name near need never new news next nice no non
    none nor not note now of off old on once one only open or our out over own part past pay per play
    plus poor post press pull push put quick quiet quit rare read real red rest rich right run sad safe
    said sale same save say see sell send set she shop shut sign sit six size slow small so some soon
    sorry stay still stop such sure take talk team ten test than thank thanks that the their them then
    there these they thing think this those three time tip to today too top total town true try turn two
    ugly under until up upon use user very view wait walk want war warm was watch water way we wear week
    well went were what when where which while why wide wife will win wish with woah ow oops ouch wow
    work world worst write wrong yeah year yes yet you young your zero error fatal debug alert trace
    todo draft final fixed false null void else loop char bool text file data
    """
)
"""Words that are often written in capitals for emphasis; longer words are known by their length."""
ONLY_IN_A_SHOUT = listed("am in it may me or us who")
"""Those of them that are something else among ordinary words: `the IT department`."""

_VOWELS = re.compile(r"[aeiouy]+")
_ONSETS = listed(
    """
    b bl br c ch cl cr d dr dw f fl fr g gl gr h j k kl kn kr l m n p ph pl pr q r s sc sch scr sh shr
    sk sl sm sn sp spl spr st str sw t th thr tr tw v w wh wr z
    """
) | {""}
_CODAS = listed(
    """
    b c ck ct d f ff ft g gh ght k l ld lf lk ll lm lp lt ls m mp ms n nce nch nd ng nk ns nt p ps pt r
    rb rd rf rk rl rm rn rp rs rt rth s sh sk sp ss st t tch th ts tt v w wl wn wns x xt z zz lth mpt
    ngth rld lds ch lls nds nts rds rks rms rns rts sts cks ngs nks ghts
    """
) | {""}
_CAPITALS_BEFORE = re.compile(r"[^a-z\d.?!\n]{1,40}\Z")
_CAPITALS_AFTER = re.compile(r"[^a-z\d.?!\n]{1,40}")
_IN_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z']+(?![A-Za-z])")


def is_pronounceable(word: str) -> bool:
    """Whether a lower-case word has the shape of an English one: its clusters of consonants can be said."""
    if not _VOWELS.search(word):
        return False
    first, *middle, last = _VOWELS.split(word)
    return first in _ONSETS and last in _CODAS and all(map(_divides, middle))


def _divides(cluster: str) -> bool:
    return any(cluster[:at] in _CODAS and cluster[at:] in _ONSETS for at in range(len(cluster) + 1))


def in_capitals(text: str, start: int, end: int) -> str:
    """What is said for the word in capitals text[start:end], which may end in `'s` or a plural `s`."""
    word, apostrophe, ending = text[start:end].partition("'")
    word = word.rstrip("*_`")
    if ending in ("s", "S") or not apostrophe:
        return _possessive(_bare(word, text, start, end), ending)
    return text[start:end].lower()


def _possessive(phrase: str, ending: str) -> str:
    return f"{phrase}'s" if ending else phrase


def _bare(word: str, text: str, start: int, end: int) -> str:
    if word.endswith("s"):
        return letters(word) if word[:-1] not in SPOKEN else f"{SPOKEN[word[:-1]]}'s"
    lower = word.lower()
    if word in SPOKEN:
        return SPOKEN[word]
    if "&" in (text[start - 1 : start], text[end : end + 1]):
        return letters(word)
    if _is_shouted(lower, text, start, end):
        return _shouted(word, lower)
    if lower in SHOUTED and lower not in ONLY_IN_A_SHOUT:
        return lower
    is_part = "_" in (text[start - 1 : start], text[end : end + 1])
    return lower if _is_word(word, lower, shortest=3 if is_part else 4) else letters(word)


def _is_word(word: str, lower: str, *, shortest: int) -> bool:
    """Whether a word in capitals that no table knows is said as a word."""
    if word in INITIALISMS or len(word) < shortest:
        return False
    return is_pronounceable(lower) or (len(word) > 5 and bool(_VOWELS.search(lower)))


def _shouted(word: str, lower: str) -> str:
    is_word = word not in INITIALISMS and _VOWELS.search(lower)
    return lower if is_word or lower in ONLY_IN_A_SHOUT else letters(word)


def _is_shouted(word: str, text: str, start: int, end: int) -> bool:
    """Whether the words beside it are in capitals too, and one of them or itself is an ordinary word."""
    before = _CAPITALS_BEFORE.search(text[max(0, start - NEAR) : start])
    after = _CAPITALS_AFTER.match(text, end)
    around = [name.lower() for side in (before, after) if side for name in _IN_CAPITALS.findall(side[0])]
    return bool(around) and any(map(_is_ordinary, [word, *around]))


def _is_ordinary(word: str) -> bool:
    if word.upper() in SPOKEN:
        return False
    if len(word) > 5:
        return is_pronounceable(word)
    return word == "i" or "'" in word or (word in SHOUTED and word not in ONLY_IN_A_SHOUT)
