"""RoomClipショッピング: the web shop whose items get their stock from elsewhere."""
