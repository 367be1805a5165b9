"""Arrays in the byte order of another machine."""

from __future__ import annotations

import sys

from tests.explain.failing import check

OTHER = ">" if sys.byteorder == "little" else "<"


def test_such_an_array_is_copied_into_this_order() -> None:
    code = f"import numpy as np\ntable = np.arange(3.0).astype('{OTHER}f8')\n"
    said = f"table has dtype {OTHER}f8: its bytes stand in the other order than on this machine"
    check(code + "torch.from_numpy(table)", said, ["torch.from_numpy(table.astype(table.dtype.newbyteorder('=')))"])
    check(code + "torch.as_tensor(table)", said, ["torch.as_tensor(table.astype(table.dtype.newbyteorder('=')))"])
