"""Engines as strangers write them: commands of a few lines, each wrong in one way."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

ASKS = """
import os, urllib.request
def ask():
    request = urllib.request.Request(os.environ["SYNC_SHOP_URL"] + "/linkages")
    request.add_header("Authorization", "Bearer " + os.environ["SYNC_SHOP_TOKEN"])
    urllib.request.urlopen(request).read()
"""
LAZY = ASKS + "ask()\nprint('did nothing today')\n"
PLAIN_FTP = (
    ASKS
    + """
import ftplib
ask()
ftp = ftplib.FTP()
ftp.connect(os.environ["SYNC_FTPS_HOST"], int(os.environ["SYNC_FTPS_PORT"]))
try:
    ftp.login("10001_0", "guess")
except ftplib.Error:
    raise SystemExit(1)
"""
)
FLOODS = ASKS + "ask()\nfor _ in range(200): print('more ' * 2000)\n"
FORKS = ASKS + "import signal\nask()\nos.fork() or signal.pause()\n"
ESCAPES = (
    ASKS
    + """
import signal
ask()
said, says = os.pipe()
if not os.fork():
    os.setsid()
    os.write(says, b".")
    signal.pause()
os.read(said, 1)
"""
)
WRITES_ABOUT = ASKS + "ask()\nopen('cache.json', 'w').write('{}')\nopen(os.environ['TMPDIR'] + '/left', 'w').close()\n"
SYNCS = "import os\nfrom reference import run_pass\nrun_pass(os.environ)\n"
"""Right at the smoke check; ends then as `after` says."""
IN_SMOKE = "import os\nsmoke = os.environ['TMPDIR'].endswith('engine-state-tmp')\n"


def command(folder: Path, code: str) -> str:
    """The command line of an engine with this code."""
    script = folder / "engine.py"
    script.write_text(code, encoding="utf-8")
    return shlex.join([sys.executable, "-P", str(script)])


FORGETS = """
import os, tempfile
from reference import run_pass
for _ in range(2):
    with tempfile.TemporaryDirectory() as folder:
        run_pass({**os.environ, "SYNC_STATE_DIR": folder})
print("</script>]]>\\x1b[31m")
"""
"""Right, but for what it has to remember: it mails each pass."""
