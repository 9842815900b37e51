"""What the control API and the assembled application need of a lab; `simulator.lab.Lab` fulfils it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.clock import Agenda, Clock
    from simulator.comparing import Compared
    from simulator.config import LabConfig, Settings
    from simulator.faults.armed import Faults
    from simulator.holders import Holders
    from simulator.journal import Journal
    from simulator.mailbox.mailbox import Mailbox
    from simulator.roomclip.listing import Variant
    from simulator.roomclip.shop import RoomClip
    from simulator.tempostar.area import Area
    from simulator.tempostar.backoffice import BackOffice


class Lab(Protocol):
    """A lab, whole: its parts, and the verbs that concern all of them. Docstrings of the verbs: `simulator.lab.Lab`."""

    config: LabConfig
    clock: Clock
    agenda: Agenda
    journal: Journal
    faults: Faults
    area: Area
    tempostar: BackOffice
    roomclip: RoomClip
    mailbox: Mailbox

    def advance(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let lab time pass."""

    def next_pass(self) -> None:
        """Go on to the next pass of 在庫反映."""

    def settings(self) -> Settings:
        """The present settings."""

    def change_settings(self, **changes: Any) -> Settings:  # noqa: ANN401 - plain JSON values
        """Change some settings."""

    def reset(self) -> None:
        """Make the lab empty again."""

    def save_snapshot(self, name: str) -> None:
        """Keep the present state."""

    def restore_snapshot(self, name: str) -> None:
        """Go back to a kept state."""

    def snapshots(self) -> tuple[str, ...]:
        """Names of the kept states."""

    def seed(self, skus: int, seed: int = 1) -> dict[str, int]:
        """Add an invented catalogue to both ends; {"skus", "products"}."""

    def state(self) -> dict[str, Any]:
        """Time, addresses and counts, no secrets."""

    def compare(self, shop_code: str, roomclip_shop: str, *, limit: int) -> Compared:
        """How many linked SKUs agree at both ends."""

    def holders(self, code: str, *, limit: int, offset: int = 0) -> Holders:
        """TEMPOSTAR's shops that a code is about."""

    def variants_of(self, code: str, *, limit: int) -> tuple[tuple[str, Variant], ...]:
        """Variants of a code in whatever RoomClip shop."""

    def codes_beginning(self, text: str, *, limit: int) -> tuple[str, ...]:
        """Some codes of either end that begin with a text."""

    def authority(self) -> str:
        """The certificate (PEM) that vouches for the lab's servers."""

    def lab_id(self) -> str:
        """Names this lab."""

    def engine_environment(self, state_dir: Path | str) -> dict[str, str]:
        """The variables of contract 4."""
