"""The parts of the lab that every page leads to."""

from __future__ import annotations

SCREENS = (
    ("tempostar", "TEMPOSTAR", "/tempostar/"),
    ("business", "RoomClipビジネス", "/roomclip/business/"),
    ("storefront", "ショップ", "/roomclip/shop/"),
    ("inbox", "受信メール", "/mail/"),
    ("lab", "実験室", "/lab/"),
)
"""Of each part: the class of its pages' body, its name, its address."""
