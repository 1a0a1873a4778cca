"""One Python peer of the benchmark: `python serve.py MODULE [ARGUMENT]`, started by ../index.ts.

Answers every line of JSON on standard input with one on standard output (see ../remote-peer.ts). MODULE is a file of this
folder with `start(task, points, *arguments)`, which returns an object with `version`, `adapter`, `precision`,
`iterate(count)` in ms, `outcome()` and `device_bytes()`. It has made an iteration and thrown it away, so that
everything is compiled and loaded.
"""

import importlib
import json
import os
import sys

module, arguments = sys.argv[1], sys.argv[2:]
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever libraries print
contenders = {}


def start(task):
    import numpy as np

    points = np.fromfile(task["points"], dtype=np.float32).reshape(task["nSamples"], task["nFeatures"])
    contender = importlib.import_module(module).start(task, points, *arguments)
    return contender, {name: getattr(contender, name) for name in ("version", "adapter", "precision")}


def answer(request):
    number = request["contender"]
    if request["do"] == "start":
        contenders[number], value = start(request["task"])
    elif request["do"] == "iterate":
        value = contenders[number].iterate(request["count"])
    elif request["do"] == "outcome":
        value = {name: array.ravel().tolist() for name, array in contenders[number].outcome().items()}
    else:
        del contenders[number]
        return {"value": None, "bytes": None}
    return {"value": value, "bytes": contenders[number].device_bytes()}


def sentence(error):
    if isinstance(error, ModuleNotFoundError):
        return f"{sys.executable} has no module {error.name}."
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # whatever it is, it goes into the report
        reply = {"error": sentence(error)}
    print(json.dumps(reply), file=answers, flush=True)
