"""A process that speaks as the one that trains does, and learns nothing."""

import json
import sys
from pathlib import Path


def say(**message):
    """Say a message."""
    print(json.dumps(message), flush=True)


say(type="hello", eras=[], data=["digits"], neurons=256)
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "start" and command["settings"]["era"] == "fails":
        say(type="failed", detail="makes no sense")
    elif command["do"] == "start":
        say(type="started", settings=command["settings"])
        say(type="look", epoch=0.0, weights="first")
        say(type="epoch", epoch=1)
        say(type="look", epoch=1.0, weights="second")
        if command["settings"]["era"] == "dies":
            sys.exit(1)
    elif command["do"] == "stop":
        say(type="ended", finished=False)
    elif command["do"] == "draw":
        say(type="answer", probabilities=[1.0])
    elif command["do"] == "save":
        Path(command["path"]).write_bytes(b"model")
        say(type="saved", detail=None)
