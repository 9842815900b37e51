"""Which parts of the lab tell the journal."""

from __future__ import annotations

from enum import StrEnum


class Service(StrEnum):
    """Which part of the lab tells."""

    LAB = "lab"
    CLOCK = "clock"
    TEMPOSTAR = "tempostar"
    FTPS = "ftps"
    ROOMCLIP = "roomclip"
    HTTP = "http"
    SMTP = "smtp"
