"""All rules, in the order in which they are asked."""

from __future__ import annotations

from ptrepl.explain import (
    rules_again,
    rules_assign,
    rules_backward,
    rules_broadcast,
    rules_device,
    rules_dtype,
    rules_dtype_layer,
    rules_history,
    rules_layer,
    rules_leaf,
    rules_missing,
    rules_no_device,
    rules_product,
    rules_product_dims,
    rules_written,
)
from ptrepl.explain.table import Row

__all__ = ["TABLE"]

TABLE: tuple[Row, ...] = (
    *rules_missing.ROWS,
    *rules_product.ROWS,
    *rules_product_dims.ROWS,
    *rules_layer.ROWS,
    *rules_broadcast.ROWS,
    *rules_assign.ROWS,
    *rules_device.ROWS,
    *rules_no_device.ROWS,
    *rules_dtype.ROWS,
    *rules_dtype_layer.ROWS,
    *rules_backward.ROWS,
    *rules_again.ROWS,
    *rules_history.ROWS,
    *rules_leaf.ROWS,
    *rules_written.ROWS,
)
