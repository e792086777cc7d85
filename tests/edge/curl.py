"""As much of curl as the documentation uses, for machines that have none."""

import argparse
import shutil
import sys
import urllib.request
from pathlib import Path

options = argparse.ArgumentParser(allow_abbrev=False)
options.add_argument("url")
options.add_argument("-X", dest="method")
options.add_argument("-H", action="append", default=[], dest="headers")
options.add_argument("-d", dest="body")
options.add_argument("--output")
options.add_argument("--fail-with-body", action="store_true")
options.add_argument("--no-buffer", action="store_true")
asked = options.parse_args()

headers = dict(header.split(": ", 1) for header in asked.headers)
body = asked.body.encode() if asked.body else None
request = urllib.request.Request(asked.url, body, headers, method=asked.method)
with urllib.request.urlopen(request, timeout=60) as answer:
    if asked.output:
        with Path(asked.output).open("wb") as file:
            shutil.copyfileobj(answer, file)
    else:
        shutil.copyfileobj(answer, sys.stdout.buffer)
