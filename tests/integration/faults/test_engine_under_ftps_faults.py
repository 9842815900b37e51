"""The reference engine when the FTPS area goes wrong: control channel, data channel, TLS, files.

A pass ends well after its own retries, or failed with a cause that is named and one mail; whichever it is, no stock is
wrong, and the next pass without the fault completes what is left.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from reference.domain.incident import Cause
from reference.domain.report import ExitCode, Outcome
from simulator.demo import ROOMCLIP_SHOP
from simulator.faults.catalogue import BY_NAME, CATALOGUE
from simulator.faults.kind import Layer
from tests.integration.faults.engine_world import BUYER, LIMIT, SHORT, World

TRIES = 3
"""How often the engine asks the area before it gives up."""
FOR_GOOD = 1000
ASKED = {
    Layer.CONTROL: ("CONNECT", "PASS", "RETR", "RNTO", "QUIT"),
    Layer.DATA: ("RETR", "STOR"),
    Layer.TLS: ("CONTROL", "DATA"),
    Layer.FILE: ("RETR", "STOR"),
}
"""One of each sort of what a pass asks."""
BESIDE = [
    ("control.no-tls", "AUTH"),
    ("control.unsupported", "MLSD"),
    ("control.unsupported", "PBSZ"),
    ("control.wrong-size", "SIZE"),
    ("control.wrong-time", "MDTM"),
    ("control.wrong-address", "PASV"),
    ("data.refuse", "PASV"),
    ("data.cut", "MLSD"),
    ("data.reset", "MLSD"),
]
CASES = [(kind.name, on) for kind in CATALOGUE for on in ASKED.get(kind.layer, ()) if on in kind.on] + BESIDE

HARMLESS = {
    ("control.unsupported", "MLSD"),  # NLST is older
    ("control.wrong-address", "PASV"),  # the host's is taken
    ("data.slow", "RETR"),
    ("data.slow", "STOR"),
    ("tls.no-close-notify", "CONTROL"),
    ("tls.version-floor", "CONTROL"),
    ("tls.version-floor", "DATA"),
    ("tls.version-ceiling", "CONTROL"),
    ("tls.version-ceiling", "DATA"),
    *((kind, "QUIT") for kind, on in CASES if on == "QUIT"),  # all is done by then
    *(
        (f"control.{how}", "RNTO") for how in ("reply-after", "late", "drop-after", "unfinished-reply")
    ),  # and found done
}
"""What a pass lives with for good."""
NEVER_STRUCK = {("tls.session-reuse-required", "DATA")}
"""The engine resumes its session."""
AT_ONCE = {
    "control.login-refused": Cause.LOGIN_REFUSED,
    "control.no-tls": Cause.TLS_UNAVAILABLE,
    "control.wrong-time": Cause.STALE_FILE,
    "file.quota-full": Cause.ORDER_HANDOVER,
    "tls.expired": Cause.CERTIFICATE_REFUSED,
    "tls.not-yet-valid": Cause.CERTIFICATE_REFUSED,
    "tls.wrong-host": Cause.CERTIFICATE_REFUSED,
    "tls.unknown-authority": Cause.CERTIFICATE_REFUSED,
    "tls.self-signed": Cause.CERTIFICATE_REFUSED,
}
"""What is not tried again within the pass."""
PBSZ_REFUSED = ("control.unsupported", "PBSZ")
UNTRUSTED = {"data.cut", "data.cut-silently", "data.reset", "data.too-long", "file.replaced-while-read"}
LATE = ("late", "stall", "unfinished-reply", "left-open")


def patience_for(kind: str) -> float:
    """Only what never comes is not waited for, however busy the machine is."""
    return SHORT if kind.endswith(LATE) else LIMIT


def cause_of(kind: str, on: str) -> Cause:
    """What the merchant is told of a fault that stays."""
    if (kind, on) == PBSZ_REFUSED:
        return Cause.TLS_UNAVAILABLE
    if kind in AT_ONCE:
        return AT_ONCE[kind]
    if on in {"STOR", "RNTO"}:
        return Cause.ORDER_HANDOVER
    if (kind in UNTRUSTED and on == "RETR") or kind == "control.wrong-size":
        return Cause.UNTRUSTED_FILE
    return Cause.CONNECTION_FAILED


def told(cause: Cause, kind: str, on: str) -> bool:
    """Whether a cause is the right one. Python's TLS tells a reset from an end since 3.12 or 3.13 only."""
    reset_seen = (kind, on) == ("data.reset", "RETR") and sys.version_info >= (3, 12)
    return cause is cause_of(kind, on) or (reset_seen and cause is Cause.CONNECTION_FAILED)


STAYING = [case for case in CASES if case not in HARMLESS | NEVER_STRUCK]
PASSING = [(kind, on) for kind, on in CASES if kind not in AT_ONCE and (kind, on) not in {PBSZ_REFUSED, *NEVER_STRUCK}]


def test_every_kind_of_the_four_layers_is_here():
    kinds = {kind for kind, _ in CASES} | set(REFLECTED)
    assert kinds == {name for name, kind in BY_NAME.items() if kind.layer not in {Layer.HTTP, Layer.SMTP}}


@pytest.mark.parametrize(("kind", "on"), PASSING)
def test_what_passes_by_itself_is_mended_within_the_pass(world, kind, on):
    world.change_everything()
    with world.lab.fault(kind, on=on) as fault:
        assert world.pass_(ftps=patience_for(kind)).exit_code is ExitCode.OK
    assert (fault.fired, world.mails(), world.compared()) == (1, [], {world.stock})
    world.is_mended()


@pytest.mark.parametrize(("kind", "on"), STAYING)
def test_what_stays_fails_the_pass_with_one_mail_and_the_next_completes_it(world, kind, on):
    before = world.stock
    world.change_everything()
    with world.lab.fault(kind, on=on, times=FOR_GOOD) as fault:
        [failed] = world.pass_(ftps=patience_for(kind)).linkages
    assert fault.fired >= (1 if kind in AT_ONCE or (kind, on) == PBSZ_REFUSED else TRIES)
    assert (failed.outcome, told(failed.failure.cause, kind, on)) == (Outcome.FAILED, True)
    assert len(world.mails()) == 1
    assert world.compared() == {world.stock if failed.failure.cause is Cause.ORDER_HANDOVER else before}
    assert world.pass_().exit_code is ExitCode.OK
    assert "復旧" in world.mails()[-1]
    world.is_mended()


@pytest.mark.parametrize(("kind", "on"), sorted(HARMLESS | NEVER_STRUCK))
def test_what_a_pass_can_live_with_is_nobodys_trouble(world, kind, on):
    world.change_everything()
    with world.lab.fault(kind, on=on, times=FOR_GOOD) as fault:
        assert world.pass_(ftps=patience_for(kind)).exit_code is ExitCode.OK
    assert (fault.fired > 0, world.mails()) == ((kind, on) not in NEVER_STRUCK, [])
    world.is_mended()


REFLECTED = {
    "file.partial": Cause.UNTRUSTED_FILE,
    "file.cut-short": Cause.UNTRUSTED_FILE,
    "file.zero-bytes": Cause.UNTRUSTED_FILE,
    "file.garbage": Cause.UNTRUSTED_FILE,
    "file.old-file": Cause.STALE_FILE,
    "file.header-only": None,
    "file.missing": None,
    "file.not-written": None,
}
"""What becomes of a file that TEMPOSTAR writes wrongly; None: it tells nothing that is wrong."""


@pytest.mark.parametrize("kind", REFLECTED)
def test_a_file_that_tempostar_writes_wrongly_changes_no_stock_and_the_next_one_all(world, kind):
    before = world.stock
    with world.lab.fault(kind) as fault:
        world.change_everything()
    [report] = world.pass_().linkages
    assert fault.fired == 1
    assert (report.failure.cause if report.failure else None) == REFLECTED[kind]
    assert (len(world.mails()), world.compared()) == (1 if report.failure else 0, {before})
    world.lab.next_pass()
    assert world.pass_().exit_code is ExitCode.OK
    world.is_mended()


def test_a_listing_that_drips_is_not_waited_for_without_end(world):
    world.change_everything()
    with world.lab.fault("data.slow", on="MLSD", rate=60, times=FOR_GOOD):
        [failed] = world.pass_(longest=SHORT).linkages
    assert failed.failure.cause is Cause.CONNECTION_FAILED
    assert "MLSD took longer than" in failed.failure.evidence
    assert world.pass_().exit_code is ExitCode.OK
    world.is_mended()


def test_orders_that_the_server_refuses_are_told_though_the_stock_file_fails_too(world):
    world.change_everything()
    with (
        world.lab.fault("file.quota-full", on="STOR", times=FOR_GOOD),
        world.lab.fault("data.cut", on="RETR", times=FOR_GOOD),
    ):
        [failed] = world.pass_().linkages
    assert failed.failure.cause is Cause.UNTRUSTED_FILE
    bodies = " ".join(mail.body for mail in world.lab.mailbox.mails() if mail.seq > world.last_mail)
    assert ("在庫ファイルを正しく" in bodies, "注文をTEMPOSTARに渡せません" in bodies) == (True, True)
    assert world.pass_().exit_code is ExitCode.OK
    world.is_mended()


def test_a_rename_that_is_answered_and_not_done_loses_no_order(world):
    world.change_everything()
    with world.lab.fault("control.reply", on="RNTO", code=250) as fault:
        assert world.pass_().exit_code is ExitCode.OK
    assert fault.fired == 1
    world.is_mended()


def test_a_listing_cut_short_is_no_proof_that_a_refused_order_was_seen_to(lab, tmp_path):
    world = World.set_up(lab, tmp_path)
    world.pass_()
    [variant] = lab.roomclip.variants(ROOMCLIP_SHOP, codes=[world.sold]).variants
    buyer = replace(BUYER, name=BUYER.name * 100)
    lab.roomclip.purchase(ROOMCLIP_SHOP, [(variant.variant_id, 1)], buyer=buyer)
    world.pass_()
    lab.next_pass()
    assert world.pass_().exit_code is ExitCode.OK
    assert world.mails() == [f"【在庫連携】注文の確認のお願い（ショップコード {world.shop_code}）"]
    log = f"/netorder/{world.shop_code}/log"
    for at in (0, 60):
        with lab.fault("data.cut-silently", on="MLSD", path=log, at=at) as fault:
            world.pass_()
        assert fault.fired == 1
        lab.tempostar.set_stock(world.sold, sellable=50 + at)
        lab.next_pass()
        world.pass_()
        assert lab.roomclip.levels(ROOMCLIP_SHOP)[world.sold] == 49 + at
    with (
        lab.fault("data.cut-silently", on="MLSD", path=log, times=FOR_GOOD),
        lab.fault("control.reply", on="SIZE", path=f"{log}/*.error", code=500, times=FOR_GOOD),
    ):
        assert world.pass_().exit_code is ExitCode.FAILED, "who is not told knows nothing"
    lab.tempostar.set_stock(world.sold, sellable=70)
    lab.next_pass()
    world.pass_()
    assert lab.roomclip.levels(ROOMCLIP_SHOP)[world.sold] == 69
