"""Speech by OpenAI's own package: only the address is another.

pip install openai; python speak.py [http://127.0.0.1:8080/v1]
"""

import sys

from openai import BadRequestError, OpenAI

base_url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/v1"
# A server without keys takes any key.
client = OpenAI(base_url=base_url, api_key="none")

# Written to the file while it is being made.
with client.audio.speech.with_streaming_response.create(
    model="viva",
    voice="kathleen",
    input="Hello! The file grows while I am still speaking.",
    instructions="Speak in a cheerful tone, a little slower.",
) as response:
    print(f"followed: {response.headers['x-instructions-followed']}")
    response.stream_to_file("speech.mp3")

# OpenAI's names of models and voices work too.
with client.audio.speech.with_streaming_response.create(
    model="gpt-4o-mini-tts", voice="alloy", input="Samples, as they come.", response_format="pcm"
) as response:
    size = sum(len(samples) for samples in response.iter_bytes(4800))
print(f"{size / 48000:.1f} seconds of samples")

try:
    client.audio.speech.create(model="viva", voice="nobody", input="Hello?")
except BadRequestError as error:
    print(f"{error.status_code} {error.code}: {error.param}")
