"""One engine, one lab, one state folder: what a scenario means by 「在庫連携が行われる」."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from simulator.errors import EngineUnusable

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.conformance.drivers import Engine, EngineRun
    from simulator.lab import Lab


class EngineUnderTest:
    """Runs the engine with the contract's variables for this lab; `runs` are the passes made, oldest first,
    `unusable` says why another one could not be made, and `seconds` is the real time that all of them took."""

    def __init__(self, driver: Engine, lab: Lab, state_dir: Path) -> None:
        self.driver = driver
        self.runs: list[EngineRun] = []
        self.seconds = 0.0
        self.unusable: EngineUnusable | None = None
        self._lab = lab
        self.state_dir = state_dir
        self._changed: dict[str, str] = {}

    def run(self) -> EngineRun:
        """Make one pass.

        Raises: EngineUnusable.
        """
        environment = {**self._lab.engine_environment(self.state_dir), **self._changed}
        began = monotonic()
        try:
            found = self.driver.run(environment)
        except EngineUnusable as error:
            self.unusable = error
            raise
        finally:
            self.seconds += monotonic() - began
        self.runs.append(found)
        return found

    def change_environment(self, **variables: str) -> None:
        """Give the coming passes other values than the lab's for some variables."""
        self._changed |= variables

    def trust_another_authority(self) -> None:
        """Have the coming passes trust an authority that has nothing to do with this lab."""
        from simulator.tempostar.ftps.certificates import Authority

        other = self.state_dir.with_name("another-authority.pem")
        other.write_bytes(Authority.create("another authority").ca_pem)
        self.change_environment(SYNC_FTPS_CA=str(other))

    def restore_environment(self) -> None:
        """Give the coming passes the lab's own values again."""
        self._changed.clear()
