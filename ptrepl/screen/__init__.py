"""Facts → lines of styled text. Everything here returns; only ``printer`` prints."""
