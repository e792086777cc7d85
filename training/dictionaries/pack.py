"""Packs the pronunciation dictionaries of misaki (Apache-2.0) as the package reads them.

    pip install --no-deps misaki==0.9.4       (on Python 3.11 or 3.12: it refuses later ones)
    python training/dictionaries/pack.py

The package holds them itself, since misaki installs neither everywhere nor without code that we do not use.
The contents are unchanged; only white space goes. The same dictionaries give the same bytes.
"""

import gzip
import json
from importlib.resources import files
from pathlib import Path

OUT = Path(__file__).parents[2] / "service" / "vivavoce" / "text" / "languages" / "data"
NAMES = ("us_gold", "us_silver", "gb_gold", "gb_silver")


def main() -> None:
    for name in NAMES:
        entries = json.loads(files("misaki").joinpath("data", f"{name}.json").read_text("utf-8"))
        text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
        packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
        (OUT / f"{name}.json.gz").write_bytes(packed)
        print(f"{name}: {len(entries)} words, {len(packed) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
