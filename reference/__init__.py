"""zaikosync, the reference engine: carries stock from TEMPOSTAR's FTPS area to a RoomClip shop, as contract.md says.

As a library it prints nothing, logs nothing and configures nothing: `run_pass` tells everything in its `PassReport`.
"""

from reference.bootstrap import run_pass
from reference.config import Settings
from reference.domain.report import ExitCode, PassReport
from reference.errors import ConfigurationError, PassAlreadyRunningError, StateError, SyncError

__all__ = [
    "ConfigurationError",
    "ExitCode",
    "PassAlreadyRunningError",
    "PassReport",
    "Settings",
    "StateError",
    "SyncError",
    "run_pass",
]
