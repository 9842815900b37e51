"""Programs that end with whoever started them, even when that is killed with -9 and can say goodbye to nobody."""

from __future__ import annotations

import shutil
import signal

_SETPRIV = shutil.which("setpriv")


def tied(how: signal.Signals = signal.SIGKILL) -> tuple[str, ...]:
    """Return what goes before a command: the system sends it this signal when the thread that starts it has ended.

    It keeps its process id, and may run as another user. Where there is no `setpriv` (util-linux) it is not tied.
    """
    return (_SETPRIV, "--pdeathsig", how.name.removeprefix("SIG"), "--") if _SETPRIV else ()
