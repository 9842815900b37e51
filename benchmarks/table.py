"""The table: every row of `make bench`, in its order of importance, and which measurement its figures come from."""

from __future__ import annotations

from benchmarks.lines import Bound, Line, Pick, Reads, Target, Words

ALL_CHANGED = "one shop, all changed"
ONE_IN_A_HUNDRED = "one shop, one in a hundred changed"
UNCHANGED = "one shop, unchanged file"
BY_HAND = "one shop, beside a script by hand"
SIZES = "one shop, by size"
DOWNLOAD = "FTPS download"
SESSIONS = "FTPS sessions"
STARTING = "starting"
FLEET = "many shops"
FAR_FLEET = "many shops, far away"
LATE = 0.5
"""Seconds that a login is answered late where TEMPOSTAR is far away: 20 answers of 25 ms, as a session has them."""

ENGINE, LIMIT, DLT, HAND, CURL, LAB, VSFTPD = "engine", "limit", "dlt", "by hand", "curl", "lab", "vsftpd"
UP, MOTO, WIREMOCK, PRISM, MOCKOON = "zaikolab up", "moto_server", "WireMock", "Prism", "Mockoon"
TWO, ONE = "2 workers", "1 worker"
SMALLEST, LARGEST = "smallest", "largest"

_LIMIT = Words("curl, polars, SQLite upsert of the same file", "同じファイルをcurl、polars、SQLiteのupsertで")
_UP = Words("`zaikolab up` to ready: FTPS, HTTP, SMTP", "`zaikolab up` がFTPS、HTTP、SMTPに応えるまで")
_ZERO = ("overlaps", "lost", "double mails")
_START = "from the start of the process to the first answer of each of its ports"


def _first_answer(peer: str, target: Target | None) -> Line:
    against = Words(f"{peer} to its first answer", f"{peer} が最初に応えるまで")
    return Line(f"up-{peer.lower()}", _UP, against, _START, Pick(UP), Pick(peer), Reads.SHARE, target)


TABLE: dict[str, tuple[Line, ...]] = {
    ALL_CHANGED: (
        Line(
            "large-all",
            Words("{large} SKUs, full file, all changed", "{large} SKU、全件ファイル、すべて変更"),
            _LIMIT,
            "zaikosync once as a process, its start-up counted; the limit without the start of its interpreter",
            Pick(ENGINE), Pick(LIMIT), Reads.SHARE, Target(Bound.AT_MOST, 2.5),
        ),
        Line(
            "large-dlt",
            Words("{large} SKUs, end to end", "{large} SKU、端から端まで"),
            Words("dlt, rows of the same local file into SQLite", "dltで手元の同じファイルの行をSQLiteへ"),
            "zaikosync once as a process; dlt from pipeline to loaded rows, its imports not counted",
            Pick(ENGINE), Pick(DLT), Reads.FASTER, Target(Bound.AT_LEAST, 5),
        ),
        Line(
            "large-memory",
            Words("peak memory of the engine, {large} SKUs", "エンジンの最大メモリ、{large} SKU"),
            Words("-", "-"),
            "ru_maxrss of the process of zaikosync once",
            Pick(ENGINE, "peak MiB"), None, Reads.ALONE, Target(Bound.AT_MOST, 350), "MiB",
        ),
    ),
    ONE_IN_A_HUNDRED: (
        Line(
            "large-hundredth",
            Words("{large} SKUs, full file, 1 % changed", "{large} SKU、全件ファイル、1 %を変更"),
            _LIMIT,
            "as with all changed",
            Pick(ENGINE), Pick(LIMIT), Reads.SHARE, Target(Bound.AT_MOST, 1.2),
        ),
    ),
    UNCHANGED: (
        Line(
            "unchanged",
            Words("a pass that finds an unchanged file", "変わっていないファイルに出会う連携"),
            Words("curl, login and MDTM", "curlのログインとMDTM"),
            "a pass inside a long-lived process, as zaikosync run makes it; curl's own time_total",
            Pick(ENGINE), Pick(CURL), Reads.SHARE, Target(Bound.AT_MOST, 1.5),
        ),
    ),
    BY_HAND: (
        Line(
            "by-hand",
            Words("{by_hand} SKUs, all changed", "{by_hand} SKU、すべて変更"),
            Words("one request per SKU, by hand", "手書きのスクリプトで、SKUごとにリクエストひとつ"),
            "both as processes, start-up counted; by hand is ftplib, csv and http.client on one kept connection",
            Pick(ENGINE), Pick(HAND), Reads.FASTER, Target(Bound.AT_LEAST, 30),
        ),
    ),
    SIZES: (
        Line(
            "per-sku",
            Words("cost per SKU at {large} SKUs, all changed", "{large} SKUでのSKUひとつあたりの時間、すべて変更"),
            Words("itself at {small} SKUs", "{small} SKUのときの自身"),
            "the time of zaikosync once less that of zaikosync --version, over the SKUs",
            Pick(LARGEST, "µs"), Pick(SMALLEST, "µs"), Reads.SHARE, Target(Bound.AT_MOST, 1.3), "µs",
        ),
    ),
    DOWNLOAD: (
        Line(
            "download",
            Words("FTPS download of {download_mb} MB, data protected", "{download_mb} MBのFTPSダウンロード、暗号化"),
            Words("vsftpd", "vsftpd"),
            "curl's own time_total, PROT P, the same bytes, ECDSA P-256 both",
            Pick(LAB), Pick(VSFTPD), Reads.SHARE, Target(Bound.AT_MOST, 0.65),
        ),
    ),
    SESSIONS: (
        Line(
            "sessions",
            Words("full FTPS sessions per second, {at_once} at once", "毎秒のFTPSセッション、同時に{at_once}"),
            Words("vsftpd", "vsftpd"),
            "login, PROT P, RETR of a small file, QUIT, by one process of threads; each session a handshake of its own",
            Pick(LAB, "per second"), Pick(VSFTPD, "per second"), Reads.SHARE, Target(Bound.AT_LEAST, 2), "1/s",
        ),
    ),
    STARTING: (
        _first_answer(MOTO, Target(Bound.AT_MOST, 1.2)),
        _first_answer(WIREMOCK, Target(Bound.AT_MOST, 0.5)),
        _first_answer(PRISM, None),
        _first_answer(MOCKOON, None),
    ),
    FLEET: (
        Line(
            "fleet",
            Words(
                "{linkages} linkages, one pass each, 2 workers (0 overlaps, 0 lost, 0 double mails)",
                "{linkages}件の連携を一回ずつ、ワーカー2つ(重なり0、取りこぼし0、二重のメール0)",
            ),
            Words("1 worker", "ワーカー1つ"),
            "workers as they are by default over a fresh database, from their start to the last linkage's report",
            Pick(TWO), Pick(ONE), Reads.FASTER, Target(Bound.AT_LEAST, 1.6), "s", _ZERO,
        ),
    ),
    FAR_FLEET: (
        Line(
            "fleet-far",
            Words(
                f"{{far_linkages}} linkages, one pass each, each FTPS login {LATE:g} s late, 2 workers "
                "(0 overlaps, 0 lost, 0 double mails)",
                f"{{far_linkages}}件の連携を一回ずつ、FTPSのログインごとに{LATE:g}秒の遅れ、ワーカー2つ"
                "(重なり0、取りこぼし0、二重のメール0)",
            ),
            Words("1 worker", "ワーカー1つ"),
            f"as above; each login is answered {LATE:g} s late, so workers wait for a network and not for cores",
            Pick(TWO), Pick(ONE), Reads.FASTER, Target(Bound.AT_LEAST, 1.6), "s", _ZERO,
        ),
    ),
}  # fmt: skip
"""Measurement by measurement, its lines."""
