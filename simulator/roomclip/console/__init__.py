"""RoomClipビジネス, the merchant's console under `/roomclip/business/`."""
