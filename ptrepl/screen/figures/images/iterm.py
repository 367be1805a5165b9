"""iTerm2's inline images (https://iterm2.com/documentation-images.html), which WezTerm and others have too."""

from __future__ import annotations

from base64 import standard_b64encode


def iterm_command(png: bytes, columns: int, rows: int) -> str:
    """The escape sequence that draws ``png`` at the cursor, in so many cells."""
    keys = f"inline=1;size={len(png)};width={columns};height={rows};preserveAspectRatio=0"
    return f"\x1b]1337;File={keys}:{standard_b64encode(png).decode('ascii')}\x07"
