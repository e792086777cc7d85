#!/bin/sh
# Makes the samples of docs/voices.md anew: docs/samples/make.sh [vivavoce]
set -eu
cd "$(dirname "$0")"
say() { "$vivavoce" say -o "$1.opus" "$2" --voice "${3:-kathleen}" --instructions "${4:-}"; }
vivavoce=${1:-vivavoce}
story="The path along the river was dry again. She stopped at the old bridge, looked down into the water, and \
counted the boats that went by. There were eleven of them, and not one had its lamp lit."
for voice in kathleen rowan wren hazel; do say "$voice" "$story" "$voice"; done
say questions "Is it open on Sundays? Would you rather walk, or take the bus? And what does it cost?"
say numbers "Flight 1472 leaves at 6:45 a.m. on March 3rd, 2027, from gate B12. The fare is \$1,299.50, 8% less than \
last year; call 555-0134 before 9 o'clock."
say whispered "Do not wake them. The key is under the third stone." kathleen whisper
say excited "We did it! The very first try, and it works!" kathleen "very excited"
say calm "Breathe in slowly, and let your shoulders drop." kathleen "calm, slow"
