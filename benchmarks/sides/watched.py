"""`python watched.py COMMAND...`: run it and tell, as JSON, its seconds, its peak memory and its exit code.

A small process between on purpose: ru_maxrss of a child begins with the memory of whoever forked it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

with tempfile.TemporaryFile() as told:
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=told, stderr=subprocess.STDOUT)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    told.seek(0)
    output = told.read().decode(errors="replace")
unit = 1 if sys.platform == "darwin" else 1024
print(
    json.dumps(
        {
            "seconds": seconds,
            "peak MiB": usage.ru_maxrss * unit / 2**20,
            "exit": process.returncode,
            "output": output[-2000:],
        }
    )
)
