"""A process that stays, as `zaikosync run` does: for each line it reads it makes a pass and tells its seconds."""

from __future__ import annotations

import os
import sys
import time

from reference import run_pass

for _ in sys.stdin:
    began = time.perf_counter()
    report = run_pass(os.environ)
    print(time.perf_counter() - began if report.exit_code == 0 else "failed", flush=True)
