"""Every error of the engine, in one tree.

::

    SyncError                        one clear sentence, safe to show: never a password, never a token
    ├── ConfigurationError           a setting is missing or wrong                         exit 2
    ├── StateError                   the state folder or database cannot be used                 exit 1
    │   └── OtherFleetError              workers with another token are at work in the schema
    ├── PassAlreadyRunningError      another pass holds the folder or linkage                  exit 1
    ├── MailError                    a mail could not be handed over; it stays queued      exit 1
    └── LinkageError                 one linkage cannot go on; the others can              exit 1, one mail
        ├── ShopApiError             the shop did not answer, or answered nonsense
        │   └── ShopTokenRefusedError    401 or 403
        ├── LoginRefusedError        530: the FTP user or password is wrong
        ├── CertificateRefusedError  untrusted, expired or for another host
        ├── TlsUnavailableError      the server offers no TLS; no password was sent
        ├── FolderMissingError       no folder for this shop code
        ├── ConnectionFailedError    dropped, timed out, 421 and the like      (tried again within the pass)
        ├── NoRoomError              a stock file does not fit on this machine's disk
        ├── UntrustedFileError       short, torn, replaced while read, unreadable
        ├── StaleFileError           older than a file applied before
        ├── HeldFileError            would sell out too much at once; waits for the merchant's word
        ├── OverdueFileError         no new file though one had to come
        └── OrderHandoverError       an order file could not be put into the area; stock goes on

Adapters translate the errors of their libraries into this tree at the border; the service retries and reports by type.
"""

from __future__ import annotations

from enum import StrEnum


class UntrustedReason(StrEnum):
    """Why a stock file is not believed."""

    EMPTY = "the file has no bytes"
    CUT = "the last row has no line end"
    MALFORMED = "the quotes do not add up"
    UNDECODABLE = "the bytes are neither CP932 nor UTF-8 text"
    NO_KEY_COLUMNS = "no column of codes, or none of stock, in the header row"
    DOUBLED_KEY_COLUMNS = "more than one column of codes or of stock in the header row"
    SHORT = "fewer or more bytes arrived than the server announced"
    CHANGED_WHILE_READ = "the file changed while it was read"
    NOT_CLOSED_CLEANLY = "the TLS channel of the file ended without a close notice"


class CertificateDefect(StrEnum):
    """What is wrong with a certificate."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_HOST = "issued for another host"
    UNTRUSTED = "not issued by the trusted authority"


class SyncError(Exception):
    """Base of all; `str()` is one sentence that says what is wrong and what to do."""


class ConfigurationError(SyncError):
    """A setting is missing or wrong; the sentence names the variable, its value and the next step."""


class StateError(SyncError):
    """The state folder, or the database, cannot be used as it is."""


class OtherFleetError(StateError):
    """Workers with another token of the shop API are at work in the same schema."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is worked on with another SYNC_SHOP_TOKEN; two fleets never share a schema. "
            "Name another SYNC_DATABASE_SCHEMA for this one. Only if the token was replaced, end all workers that have "
            "the old one first."
        )


class PassAlreadyRunningError(SyncError):
    """Another pass works on the same state folder, or on the same linkage of the same database."""


class MailError(SyncError):
    """A mail could not be handed to the mail server."""


class LinkageError(SyncError):
    """One linkage cannot be synced in this pass."""


class ShopApiError(LinkageError):
    """The shop API did not answer, or not with what was agreed."""


class ShopTokenRefusedError(ShopApiError):
    """The shop API refuses the token."""


class LoginRefusedError(LinkageError):
    """The FTPS area refuses user or password."""


class CertificateRefusedError(LinkageError):
    """The FTPS area's certificate is not accepted; nothing was sent to it."""

    def __init__(self, sentence: str, defect: CertificateDefect) -> None:
        super().__init__(sentence)
        self.defect = defect


class TlsUnavailableError(LinkageError):
    """The FTPS area does not protect a channel; no password, or no file, went over it."""


class FolderMissingError(LinkageError):
    """The FTPS area has no folder for the shop code."""


class ConnectionFailedError(LinkageError):
    """The connection to the FTPS area broke or was never made."""


class NoRoomError(LinkageError):
    """This machine has no room for a stock file while it is read; nothing of it is applied."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            f"{folder} cannot take the stock file while it is read ({reason}); make room there for as much as the file "
            "has, or set SYNC_STATE_DIR to a folder on a larger disk, moving what the present one holds"
        )


class UntrustedFileError(LinkageError):
    """A stock file cannot be trusted as a whole; nothing of it is applied."""

    def __init__(self, reason: UntrustedReason, evidence: str = "", *, file_name: str = "") -> None:
        about = f"{file_name}: " if file_name else ""
        super().__init__(f"{about}{reason.value}{f' ({evidence})' if evidence else ''}")
        self.reason = reason
        self.evidence = evidence
        self.file_name = file_name

    def of(self, file_name: str) -> UntrustedFileError:
        """Return the same refusal with the name of the file it is about."""
        return UntrustedFileError(self.reason, self.evidence, file_name=file_name)


class StaleFileError(LinkageError):
    """A stock file is older than one applied before: somebody put an old file back."""

    def __init__(self, file_name: str, evidence: str) -> None:
        super().__init__(f"{file_name}: {evidence}")
        self.file_name = file_name


class HeldFileError(LinkageError):
    """A stock file would set a large part of the linked stock to 0 at once; it waits until somebody lets it through."""

    def __init__(self, file_name: str, zeros: int, in_stock: int) -> None:
        super().__init__(
            f"{file_name}: held, because {zeros} of {in_stock} linked SKUs in stock would be set to 0; "
            "`zaikosync release` lets it through with the next pass"
        )
        self.file_name = file_name
        self.zeros = zeros
        self.in_stock = in_stock


class OverdueFileError(LinkageError):
    """No new stock file has come for longer than three intervals, though one had to; stock goes on when one comes."""


class OrderHandoverError(LinkageError):
    """Orders could not be handed over to TEMPOSTAR; they wait, and stock is synced all the same."""
