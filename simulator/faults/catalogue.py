"""Every kind of fault there is (contract 6)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simulator.faults import control, data, file, http, smtp, tls
from simulator.faults.kind import Kind
from simulator.faults.targets import CHANNELS, COMMANDS, CONNECT, REFLECTION, ROUTES, STAGES, TRANSFERS

_ANSWERED = (CONNECT, *COMMANDS)
_OPTIONAL = ("SIZE", "MDTM", "MLSD", "MLST", "EPSV", "FEAT", "OPTS", "PBSZ", "REST")

CATALOGUE: tuple[Kind, ...] = (
    Kind("control.reply", control.Reply, _ANSWERED),
    Kind("control.reply-after", control.ReplyAfter, COMMANDS),
    Kind("control.late", control.Late, _ANSWERED),
    Kind("control.drop-before", control.DropBefore, _ANSWERED),
    Kind("control.drop-after", control.DropAfter, COMMANDS),
    Kind("control.busy", control.Busy, (CONNECT,)),
    Kind("control.shut-down", control.ShutDown, COMMANDS),
    Kind("control.garbled", control.Garbled, _ANSWERED),
    Kind("control.unfinished-reply", control.UnfinishedReply, COMMANDS),
    Kind("control.login-refused", control.LoginRefused, ("PASS",)),
    Kind("control.no-tls", control.NoTls, ("AUTH",)),
    Kind("control.unsupported", control.Unsupported, _OPTIONAL),
    Kind("control.wrong-size", control.WrongSize, ("SIZE",)),
    Kind("control.wrong-time", control.WrongTime, ("MDTM",)),
    Kind("control.wrong-address", control.WrongAddress, ("PASV",)),
    Kind("data.refuse", data.Refuse, ("EPSV", "PASV")),
    Kind("data.unavailable", data.Unavailable, TRANSFERS),
    Kind("data.cut", data.Cut, TRANSFERS),
    Kind("data.cut-silently", data.CutSilently, TRANSFERS),
    Kind("data.reset", data.Reset, TRANSFERS),
    Kind("data.stall", data.Stall, TRANSFERS),
    Kind("data.slow", data.Slow, TRANSFERS),
    Kind("data.too-long", data.TooLong, ("RETR",)),
    Kind("data.left-open", data.LeftOpen, ("RETR", "LIST", "NLST", "MLSD")),
    Kind("tls.expired", tls.Expired, CHANNELS),
    Kind("tls.not-yet-valid", tls.NotYetValid, CHANNELS),
    Kind("tls.wrong-host", tls.WrongHost, CHANNELS),
    Kind("tls.unknown-authority", tls.UnknownAuthority, CHANNELS),
    Kind("tls.self-signed", tls.SelfSigned, CHANNELS),
    Kind("tls.no-close-notify", tls.NoCloseNotify, ("DATA", "CONTROL")),
    Kind("tls.session-reuse-required", tls.SessionReuseRequired, ("DATA",)),
    Kind("tls.version-floor", tls.VersionFloor, CHANNELS),
    Kind("tls.version-ceiling", tls.VersionCeiling, CHANNELS),
    Kind("tls.handshake-drop", tls.HandshakeDrop, CHANNELS),
    Kind("tls.handshake-late", tls.HandshakeLate, CHANNELS),
    Kind("file.partial", file.Partial, (REFLECTION,)),
    Kind("file.cut-short", file.CutShort, (REFLECTION,)),
    Kind("file.zero-bytes", file.ZeroBytes, (REFLECTION,)),
    Kind("file.header-only", file.HeaderOnly, (REFLECTION,)),
    Kind("file.missing", file.Missing, (REFLECTION,)),
    Kind("file.not-written", file.NotWritten, (REFLECTION,)),
    Kind("file.garbage", file.Garbage, (REFLECTION,)),
    Kind("file.old-file", file.OldFile, (REFLECTION,)),
    Kind("file.replaced-while-read", file.ReplacedWhileRead, ("RETR",)),
    Kind("file.quota-full", file.QuotaFull, ("STOR",)),
    Kind("http.status", http.Status, ROUTES),
    Kind("http.status-after", http.StatusAfter, ROUTES),
    Kind("http.late", http.Late, ROUTES),
    Kind("http.drop-before", http.DropBefore, ROUTES),
    Kind("http.drop-after", http.DropAfter, ROUTES),
    Kind("http.malformed", http.Malformed, ROUTES),
    Kind("http.cut-body", http.CutBody, ROUTES),
    Kind("http.not-json", http.NotJson, ROUTES),
    Kind("http.empty-body", http.EmptyBody, ROUTES),
    Kind("http.wrong-shape", http.WrongShape, ROUTES),
    Kind("http.redirect", http.Redirect, ROUTES),
    Kind("smtp.reply", smtp.Reply, STAGES),
    Kind("smtp.late", smtp.Late, STAGES),
    Kind("smtp.drop-before", smtp.DropBefore, STAGES),
    Kind("smtp.drop-after", smtp.DropAfter, STAGES),
    Kind("smtp.garbled", smtp.Garbled, STAGES),
    Kind("smtp.no-starttls", smtp.NoStartTls, ("EHLO",)),
)
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in CATALOGUE}


def describe_catalogue() -> list[dict[str, Any]]:
    """Every kind as JSON values: name, layer, summary, targets and parameters."""
    return [
        {
            "name": kind.name,
            "layer": kind.layer,
            "summary": kind.summary,
            "on": list(kind.on),
            "with_path": list(kind.with_path),
            "parameters": [asdict(parameter) | {"choices": list(parameter.choices)} for parameter in kind.parameters],
        }
        for kind in CATALOGUE
    ]
