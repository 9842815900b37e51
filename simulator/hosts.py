"""Where a lab listens, and by which names it is reached there."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING

from simulator.errors import BadValue

if TYPE_CHECKING:
    from simulator.config import LabConfig

OWN = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - known here so as to be refused, or named
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")


def check_host(config: LabConfig) -> None:
    """The lab hands out its passwords to whoever asks its control API: beyond this machine only when told so.

    Raises: BadValue for a host that is not loopback without `expose`, and for a name that is none or not wanted.
    """
    if not config.expose and not is_loopback(config.host):
        raise BadValue(
            "host", config.host, "the lab listens on loopback only, unless it is told to let other machines in",
            next_step="Use 127.0.0.1, ::1 or localhost, or add --expose.",
        )  # fmt: skip
    if config.name and not config.expose:
        raise BadValue("name", config.name, "only a lab that others reach has one", next_step="Add --expose.")
    if config.name and (config.name in _EVERYWHERE or not (_is_address(config.name) or _NAME.fullmatch(config.name))):
        raise BadValue("name", config.name, "neither a host name nor an address", next_step="Example: --name lab.test")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def public_host(config: LabConfig) -> str:
    """The host that engines and people are told."""
    return config.name or (socket.gethostname() if config.host in _EVERYWHERE else config.host)


def local_host(config: LabConfig) -> str:
    """The host for commands on this machine, whatever others call it."""
    return _EVERYWHERE.get(config.host, config.host)


def names_of(config: LabConfig) -> tuple[str, ...]:
    """Every name the lab is reached by without another's doing, each once; what its certificate is for."""
    return tuple(dict.fromkeys((*OWN, local_host(config), public_host(config))))


def in_url(host: str) -> str:
    """The host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
