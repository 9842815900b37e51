"""What the settings are called on their page, in Japanese, and what their values mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE: Mapping[str, str] = MappingProxyType({})
_YES_NO: Mapping[str, str] = MappingProxyType({"true": "はい", "false": "いいえ"})


@dataclass(frozen=True, slots=True)
class SettingLabel:
    """`values`: words for the values of a choice, by value as it is typed; empty for a field of free text."""

    label: str
    hint: str
    values: Mapping[str, str] = field(default_factory=lambda: _NONE)


LABELS: Mapping[str, SettingLabel] = MappingProxyType(
    {
        "content": SettingLabel(
            "在庫ファイルの内容", "毎回の送信で書かれるSKU。", {"diff": "差分(変わったSKUだけ)", "full": "全件"}
        ),
        "encoding": SettingLabel(
            "文字コード",
            "在庫ファイルのバイト列。",
            {"cp932": "CP932(Shift_JIS)", "utf-8": "UTF-8", "utf-8-bom": "UTF-8(BOM付き)"},
        ),
        "quoting": SettingLabel(
            "引用符", "二重引用符で囲む項目。", {"all": "すべての項目", "minimal": "必要な項目だけ"}
        ),
        "header": SettingLabel("見出し行", "在庫ファイルの1行目を見出しにするか。", _YES_NO),
        "column_order": SettingLabel("項目の順", "先に置く項目名をカンマ区切りで。空欄なら全項目と在庫の順。"),
        "negative": SettingLabel(
            "在庫数が0未満のとき", "保留在庫数が想定在庫数を超えたとき。", {"clamp": "0にする", "raw": "そのまま送る"}
        ),
        "slice_size": SettingLabel("一回の送信のSKU数", "1から1,000,000まで。残りは次の送信を待ちます。"),
        "unchanged": SettingLabel(
            "送るものがないとき",
            "在庫ファイルをどうするか。",
            {"keep": "前のまま残す", "header-only": "見出しだけにする", "delete": "消す"},
        ),
        "writing": SettingLabel(
            "書き込みかた",
            "新しい在庫ファイルの現れかた。",
            {"atomic": "一度に全体が現れる", "in-place": "2秒間、半分だけ見える"},
        ),
        "stock_file_deletable": SettingLabel(
            "在庫ファイルを消せる", "FTPSの相手が在庫ファイルを削除できるか。", _YES_NO
        ),
        "tls_session_reuse": SettingLabel(
            "TLSセッションの再利用を求める", "データ接続が制御接続のセッションを再開しなければ522で断るか。", _YES_NO
        ),
        "bulk_delay_minutes": SettingLabel(
            "一括更新の遅れ(分)", "取扱ショップの一括更新が反映されるまで。0から1440まで。"
        ),
    }
)
