"""The inbox as a merchant reads it: newest first, told apart by what the subject says, searched, older by paging."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from simulator.lab import Lab
from simulator.mailbox.pages import ON_A_PAGE, tells
from simulator.web.app import create_app


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    yield lab
    lab.stop()


@pytest.fixture
def client(lab):
    return create_app(lab).test_client()


def send(lab: Lab, subject: str, body: str = "本文です。", to: str = "owner@shop.example") -> int:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = subject, "engine@shop.example", to
    letter.set_content(body)
    return lab.mailbox.receive("engine@shop.example", [to], letter.as_bytes()).seq


def listed(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="mail-(\d+)"', page)]


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("【在庫連携】失敗のお知らせ", "失敗"), ("復旧のお知らせ", "復旧"), ("失敗から復旧しました", ""),
        ("注文の確認のお願い", ""), ("", ""), ("Stock failed", ""),
    ],
)  # fmt: skip
def test_tells_failure_from_recovery_only_as_the_subject_does(lab, client, subject, told):
    assert tells(subject) == told
    number = send(lab, subject)
    for path in ("/mail/", f"/mail/{number}"):
        badges = re.findall(r'class="badge (\w+)"[^>]*>.*?</span> (\w+)</span>', client.get(path).text)
        assert badges == {"失敗": [("bad", "失敗")], "復旧": [("good", "復旧")], "": []}[told]


def test_a_mail_is_read_with_its_lines_headers_source_and_bytes(lab, client):
    number = send(lab, "件名 <b>", "一行目\n\n<script>alert(1)</script>\n" + "長" * 200)
    page = client.get(f"/mail/{number}").text
    assert "一行目\n\n&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert re.search(r"<dt><bdi>Subject</bdi></dt><dd><bdi>件名 &lt;b&gt;</bdi></dd>", page)
    assert f"zaikolab mail {number}" in page
    for next_page in ("/roomclip/business/", "/tempostar/settings/ftp-password", "/lab/"):
        assert f'<a href="{next_page}">' in page.partition("このメールのあとに開く画面")[2]
    raw = client.get(f"/mail/{number}/raw")
    assert raw.data == lab.mailbox.mail(number).raw
    assert raw.headers["Content-Disposition"] == f'attachment; filename="mail-{number}.eml"'
    assert raw.mimetype == "message/rfc822"


def test_damaged_mails_have_a_page_too(lab, client):
    for raw in (b"", b"\xff\xfe\x00", b"Subject: =?x?b?///?=\r\nX\x80: \xff\r\n\r\n\xff", b"no header at all"):
        number = lab.mailbox.receive("", [], raw).seq
        assert client.get(f"/mail/{number}").status_code == 200
    assert client.get("/mail/").status_code == 200


def test_is_searched_in_subject_body_and_addresses(lab, client):
    first = send(lab, "失敗のお知らせ", "FTPユーザー")
    second = send(lab, "復旧のお知らせ", "元気です", to="other@shop.example")
    for search, found in (
        ("失敗", [first]),
        ("元気", [second]),
        ("other@", [second]),
        ("shop.example", [second, first]),
    ):
        assert listed(client.get("/mail/", query_string={"search": search}).text) == found
    assert "を含むメールはありません" in html.unescape(client.get("/mail/?search=%00nothing'").text)


def test_older_mails_are_a_page_away_and_keep_the_search(lab, client):
    numbers = [send(lab, f"件名 {number}") for number in range(ON_A_PAGE + 2)]
    page = client.get("/mail/?search=件名").text
    assert listed(page) == numbers[:1:-1]
    older = re.search(r'href="([^"]+)" rel="next"', page)
    assert listed(client.get(html.unescape(older[1])).text) == [numbers[1], numbers[0]]


def test_the_live_list_brings_only_what_is_new(lab, client):
    first = send(lab, "失敗のお知らせ")
    assert client.get(f"/mail/new?after={first}").status_code == 204
    second, third = send(lab, "復旧のお知らせ"), send(lab, "そのほか")
    page = client.get(f"/mail/new?after={first}").text
    assert listed(page) == [third, second]
    assert f"after={third}" in page
    assert listed(client.get("/mail/new", query_string={"after": first, "search": "復旧"}).text) == [second]


def test_the_next_and_the_one_before_are_a_click_away(lab, client):
    first, second, third = (send(lab, f"件名 {number}") for number in range(3))
    page = client.get(f"/mail/{second}").text
    assert f'href="/mail/{third}" rel="prev"' in page
    assert f'href="/mail/{first}" rel="next"' in page
