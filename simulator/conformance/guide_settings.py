"""在庫管理設定 as the guide has them filled in (2.1), names and values as the back office takes them."""

from __future__ import annotations

from types import MappingProxyType

GUIDE_STOCK_SETTINGS = MappingProxyType(
    {
        "order_intake": "起動",
        "reflection": "起動",
        "interval_minutes": 5,
        "send_type": "FTPS領域",
        "file_prefix": "stock",
        "file_suffix": "なし",
        "output_columns": "全項目と在庫",
    }
)
