"""Many voices at once on one event loop: several texts are spoken together, each is written as it comes.

pip install vivavoce; python speak_async.py [127.0.0.1:50051]
"""

import asyncio
import sys

from vivavoce.client import AsyncClient

TEXTS = {
    "one.opus": "The first of three.",
    "two.opus": "I am the second one, and I speak at the same time.",
    "three.opus": "Number three does not wait for the others either.",
}


async def main(target: str) -> None:
    async with AsyncClient(target) as client:
        begun = [client.speak_to_file(name, text) for name, text in TEXTS.items()]
        for name, usage in zip(TEXTS, await asyncio.gather(*begun), strict=True):
            print(f"{name}: {usage.audio_seconds:.1f} seconds")


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"))
