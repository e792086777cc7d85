#!/bin/sh
# OpenAI's endpoint with curl: each answer is written while it is being made.
#   ./speak.sh [http://127.0.0.1:8080]
set -eu
edge=${1:-http://127.0.0.1:8080}

# mp3, the default. A server with keys also wants: -H "Authorization: Bearer $KEY"
curl --fail-with-body "$edge/v1/audio/speech" \
  -H "Content-Type: application/json" \
  -d '{"model": "viva", "input": "The audio starts before the sentence is over.", "voice": "kathleen"}' \
  --output speech.mp3

# Faster, and as raw samples (24 kHz, 16 bit, mono) that a player can take from a pipe.
curl --fail-with-body "$edge/v1/audio/speech" \
  -H "Content-Type: application/json" \
  -d '{"model": "viva", "input": "Now a little faster.", "voice": "kathleen", "speed": 1.3, "response_format": "pcm"}' \
  --output speech.pcm

# The same bytes as server-sent events.
curl --fail-with-body --no-buffer "$edge/v1/audio/speech" \
  -H "Content-Type: application/json" \
  -d '{"model": "viva", "input": "In pieces.", "voice": "kathleen", "stream_format": "sse"}' \
  --output speech.events

# What can be asked for.
curl --fail-with-body "$edge/v1/audio/voices"
curl --fail-with-body "$edge/v1/models"
