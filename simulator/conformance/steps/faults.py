"""What goes wrong on the way, in the merchant's words; the lab's faults carry it out.

A fault lasts until 障害が収まっている or the scenario's end, so that an engine that tries again meets it again; where a
number of times is said, it is over after so many. A scenario whose fault never struck proves nothing and fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given

from simulator.conformance.steps.sentences import Sentence
from simulator.conformance.stock_folder import PLACES, find_place

if TYPE_CHECKING:
    from simulator.conformance.world import World

ALWAYS = 100_000
_ENDINGS = {"終わった": "data.cut-silently", "失敗した": "data.cut"}
_CERTIFICATES = {
    "期限が切れている": "tls.expired",
    "期間がまだ始まっていない": "tls.not-yet-valid",
    "ホスト名が違う": "tls.wrong-host",
    "発行元が自分自身である": "tls.self-signed",
}
_PLACE = "{place:" + "|".join(PLACES) + "}"
_STOCK_UPDATE = "POST /api/v1/shops/{shop_id}/stock"


@given(Sentence(f"在庫ファイルの受信は{_PLACE}で途切れ、送信は{{ending:終わった|失敗した}}と知らされる"))
def cut_download(world: World, place: str, ending: str) -> None:
    """Cut every download short where the file that is there now has this place, admitted or not."""
    at = find_place(world.stock_content(), place)
    world.break_down(_ENDINGS[ending], on="RETR", path="/netstock/*/*", times=ALWAYS, at=at)


@given(Sentence(f"在庫ファイルは{_PLACE}まで読まれたところで書き直される"))
def replace_while_read(world: World, place: str) -> None:
    """Have TEMPOSTAR write the file that is there now anew while it is read, once."""
    at = find_place(world.stock_content(), place)
    world.break_down("file.replaced-while-read", on="RETR", path="/netstock/*/*", at=at)


@given("次の送信では一つ前の在庫ファイルが書き戻される")
def put_old_file_back(world: World) -> None:
    """Have the next pass put the file before the last back, its time included."""
    world.break_down("file.old-file", path="/netstock/*/*")


@given(
    Sentence(
        "FTPS領域の証明書の{wrong:期限が切れている|期間がまだ始まっていない|ホスト名が違う|発行元が自分自身である}"
    )
)
def break_certificate(world: World, wrong: str) -> None:
    """Have the FTPS area show a certificate that is not to be trusted."""
    world.break_down(_CERTIFICATES[wrong], on="CONTROL", times=ALWAYS)


@given(Sentence("在庫ファイルの受信は「{times:int}」回、始まる前に接続が切れる"))
def drop_before_download(world: World, times: int) -> None:
    """Drop the control connection where a download would begin."""
    world.break_down("control.drop-before", on="RETR", path="/netstock/*/*", times=times)


@given(Sentence("RoomClipショッピングへの在庫の登録は「{times:int}」回、{how:混み合って|休止中で}断られる"))
def refuse_stock(world: World, times: int, how: str) -> None:
    """Refuse stock updates for a while: too many requests, or out of service."""
    status = 429 if how == "混み合って" else 503
    world.break_down("http.status", on=_STOCK_UPDATE, times=times, status=status, retry_after=0)


@given(Sentence("RoomClipショッピングへの在庫の登録は「{times:int}」回、済んだ後で応答なく切れる"))
def drop_after_stock(world: World, times: int) -> None:
    """Carry stock updates out and drop the connection without an answer."""
    world.break_down("http.drop-after", on=_STOCK_UPDATE, times=times)


@given("メールサーバーは受け付けを断る")
def refuse_mail(world: World) -> None:
    """Refuse every mail."""
    world.break_down("smtp.reply", on="RCPT", times=ALWAYS, code=451)


@given("障害が収まっている")
def end_faults(world: World) -> None:
    """End what was broken."""
    world.mend()
