"""The lab: TEMPOSTAR, RoomClipショッピング, an inbox, and one clock over them."""
