"""When a merchant is told that a linkage fails, and when that it works again: one mail per incident, not per pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from reference.errors import CertificateDefect, UntrustedReason


class Cause(StrEnum):
    """Why a linkage failed, as far as the merchant's next step differs."""

    LOGIN_REFUSED = "login refused"
    CERTIFICATE_REFUSED = "certificate refused"
    TLS_UNAVAILABLE = "tls unavailable"
    FOLDER_MISSING = "folder missing"
    CONNECTION_FAILED = "connection failed"
    NO_ROOM = "no room"
    UNTRUSTED_FILE = "untrusted file"
    STALE_FILE = "stale file"
    HELD_FILE = "file held"
    OVERDUE_FILE = "no new file"
    ORDER_HANDOVER = "order handover failed"
    SHOP_API = "shop api"
    SHOP_TOKEN_REFUSED = "shop token refused"  # noqa: S105 - a cause's name, not a secret


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with one linkage in one pass; `evidence` is for support and holds no secret.

    `about` is a line for the merchant with what is special to this one.
    """

    cause: Cause
    evidence: str
    detail: UntrustedReason | CertificateDefect | None = None
    file_name: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """A failure the merchant knows of and that is not over; `told` are the causes mailed so far, in order."""

    opened_at: datetime
    told: tuple[Cause, ...]


class Notice(StrEnum):
    """What a step of an incident calls for."""

    NOTHING = "nothing"
    FAILED = "failed"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class IncidentStep:
    """The incident after a pass, and the mail that is due."""

    incident: Incident | None
    notice: Notice


def after_failure(incident: Incident | None, cause: Cause, at: datetime) -> IncidentStep:
    """Open an incident, or go on with the open one; a cause is mailed once per incident."""
    if incident is None:
        return IncidentStep(Incident(at, (cause,)), Notice.FAILED)
    if cause in incident.told:
        return IncidentStep(incident, Notice.NOTHING)
    return IncidentStep(replace(incident, told=(*incident.told, cause)), Notice.FAILED)


def after_success(incident: Incident | None) -> IncidentStep:
    """Close the open incident, if there is one."""
    return IncidentStep(None, Notice.RECOVERED if incident else Notice.NOTHING)
