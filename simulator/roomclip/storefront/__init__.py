"""RoomClipショッピング, the buyers' pages under `/roomclip/shop/`."""
