"""Which cause an error is to the merchant."""

from __future__ import annotations

from reference.domain.incident import Cause, Failure
from reference.errors import (
    CertificateRefusedError,
    ConnectionFailedError,
    FolderMissingError,
    HeldFileError,
    LinkageError,
    LoginRefusedError,
    NoRoomError,
    OrderHandoverError,
    OverdueFileError,
    ShopApiError,
    ShopTokenRefusedError,
    StaleFileError,
    TlsUnavailableError,
    UntrustedFileError,
)

_CAUSES: tuple[tuple[type[LinkageError], Cause], ...] = (
    (LoginRefusedError, Cause.LOGIN_REFUSED),
    (CertificateRefusedError, Cause.CERTIFICATE_REFUSED),
    (TlsUnavailableError, Cause.TLS_UNAVAILABLE),
    (FolderMissingError, Cause.FOLDER_MISSING),
    (ConnectionFailedError, Cause.CONNECTION_FAILED),
    (NoRoomError, Cause.NO_ROOM),
    (UntrustedFileError, Cause.UNTRUSTED_FILE),
    (StaleFileError, Cause.STALE_FILE),
    (HeldFileError, Cause.HELD_FILE),
    (OverdueFileError, Cause.OVERDUE_FILE),
    (OrderHandoverError, Cause.ORDER_HANDOVER),
    (ShopTokenRefusedError, Cause.SHOP_TOKEN_REFUSED),
    (ShopApiError, Cause.SHOP_API),
)


def classify_error(error: LinkageError) -> Failure:
    """Turn a linkage's error into what is reported, mailed and remembered of it."""
    cause = next(cause for kind, cause in _CAUSES if isinstance(error, kind))
    match error:
        case UntrustedFileError():
            return Failure(cause, str(error), error.reason, error.file_name)
        case CertificateRefusedError():
            return Failure(cause, str(error), error.defect)
        case StaleFileError():
            return Failure(cause, str(error), file_name=error.file_name)
        case HeldFileError():
            about = f"在庫数が0になる商品：在庫のある連携中の商品{error.in_stock}点のうち{error.zeros}点"
            return Failure(cause, str(error), file_name=error.file_name, about=about)
        case _:
            return Failure(cause, str(error))
