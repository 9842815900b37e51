"""A picture for every item, drawn from its number: furniture by what the name says, colours by the number. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

_SHAPES = (
    ("chair", ("チェア", "椅子", "ｲｽ", "スツール")),
    ("table", ("テーブル", "机", "デスク")),
    ("lamp", ("ランプ", "ﾗﾝﾌﾟ", "照明", "ライト")),
    ("rug", ("ラグ", "マット", "カーペット")),
    ("sofa", ("ソファ", "クッション")),
    ("shelf", ("シェルフ", "棚", "ラック", "収納")),
    ("pot", ("器", "皿", "カップ", "鍋")),
    ("curtain", ("カーテン", "ブラインド")),
    ("clock", ("時計", "クロック")),
    ("vase", ("花瓶", "ベース", "鉢")),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a tile shows. `shape`: one of those the pages know; `ground`, `body`, `dark`: colours as SVG takes them."""

    shape: str
    ground: str
    body: str
    dark: str


def picture_of(item_number: str, name: str) -> Picture:
    """The same number and name always give the same picture."""
    digest = sha256(item_number.encode("utf-8", "surrogatepass")).digest()
    shape = next((shape for shape, words in _SHAPES if any(word in name for word in words)), "")
    hue = digest[1] * 360 // 256
    return Picture(
        shape or _SHAPES[digest[0] % len(_SHAPES)][0],
        f"hsl({(hue + 180) % 360} 32% 90%)",
        f"hsl({hue} 42% 55%)",
        f"hsl({hue} 38% 34%)",
    )
