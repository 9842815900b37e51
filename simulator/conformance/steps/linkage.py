"""在庫連携設定 in RoomClipビジネス (guide 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Sentence
from simulator.conformance.world import SHOP_ID

if TYPE_CHECKING:
    from simulator.conformance.world import World


@given("連携サービスとしてTEMPOSTARを申請している")
def apply_for_linkage(world: World) -> None:
    """Guide 5.1: register TEMPOSTAR as the service in use."""
    world.lab.roomclip.apply_for_linkage(SHOP_ID)


@given("TEMPOSTARでFTPパスワードを発行している")
def issue_password(world: World) -> None:
    """Guide 5.2.3: have the FTP password issued."""
    world.issue_password()


@given("在庫連携設定に正しい内容を保存している")
@when("在庫連携設定に正しい内容を保存する")
def save_linkage(world: World) -> None:
    """Guide 5.2 and 5.3: fill in the present user, password and shop code, and press 保存する."""
    world.save_linkage()


@given(Sentence("在庫連携設定のFTPユーザーパスワードを「{password}」と保存している"))
def save_wrong_password(world: World, password: str) -> None:
    """Save another password than the one TEMPOSTAR issued."""
    world.save_linkage(password=password)


@given(Sentence("在庫連携設定のショップコードを「{shop_code}」と保存している"))
def save_wrong_shop_code(world: World, shop_code: str) -> None:
    """Save another shop code than the one TEMPOSTAR lists."""
    world.save_linkage(shop_code=shop_code)


@given("在庫連携設定に別のショップのショップコードを保存している")
def save_other_shops_code(world: World) -> None:
    """Save the code of another shop of the same company."""
    world.save_linkage(shop_code=world.other_shop_code)


@given(Sentence("在庫連携設定のFTPユーザーIDを「{user}」と保存している"))
def save_wrong_user(world: World, user: str) -> None:
    """Save another user than TEMPOSTAR's."""
    world.save_linkage(user=user)


@given(Sentence("在庫連携設定の連携失敗時の通知先を「{address}」と保存している"))
def save_other_address(world: World, address: str) -> None:
    """Have failures told to another address than the shop owner's."""
    world.save_linkage(notify_to=address)


@given("在庫連携を一時停止している")
def pause(world: World) -> None:
    """Guide 5.4: press 一時停止."""
    world.lab.roomclip.pause(SHOP_ID)


@given("在庫連携を再開している")
def resume(world: World) -> None:
    """Press 再開."""
    world.lab.roomclip.resume(SHOP_ID)


@when("在庫連携を再開し、在庫連携が行われる")
def resume_and_sync(world: World) -> None:
    """Press 再開; the engine makes its next pass, with no new file of TEMPOSTAR's in between."""
    world.lab.roomclip.resume(SHOP_ID)
    world.sync()


@when("在庫連携設定に正しい内容を保存し、在庫連携が行われる")
def save_and_sync(world: World) -> None:
    """Press 保存する; the engine makes its next pass, with no new file of TEMPOSTAR's in between."""
    world.save_linkage()
    world.sync()


@then("在庫連携設定に保存したFTPユーザーIDとショップコードが表示される")
def check_inputs_shown(world: World) -> None:
    """Guide 5.3.2: the page shows what was put in."""
    account = world.lab.tempostar.ftp_account()
    wanted = (account.user if account else "", world.shop_code)
    page = world.linkage_page()
    expect(all(f">{value}<" in page for value in wanted), f"FTPユーザーID and ショップコード {wanted}", page)


@then("在庫連携設定に在庫更新用URLが表示される")
def check_url_shown(world: World) -> None:
    """Guide 5.3.2: the page shows the 在庫更新用URL."""
    linkage = world.lab.roomclip.linkage(SHOP_ID)
    page = world.linkage_page()
    expect(linkage is not None and f"{linkage.stock_update_path}<" in page, "a 在庫更新用URL", page)


@then(Sentence("連携履歴の最新の行に「{text}」と書かれて{presence:いる|いない}"))
def check_latest_run(world: World, text: str, presence: str) -> None:
    """What the latest line of 連携履歴 says, or does not say."""
    runs = world.lab.roomclip.runs(SHOP_ID, limit=1)
    seen = runs[0].run.summary if runs else ""
    right = bool(runs) and (text in seen) == (presence == "いる")
    expect(right, f"a latest run that {'says' if presence == 'いる' else 'does not say'} {text!r}", seen or "no run")
