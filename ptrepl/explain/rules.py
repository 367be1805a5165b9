"""All rules, in the order in which they are asked."""

from __future__ import annotations

from ptrepl.explain import (
    rules_again,
    rules_backward,
    rules_dtype,
    rules_dtype_layer,
    rules_layer,
    rules_product,
    rules_product_dims,
)
from ptrepl.explain.table import Row

__all__ = ["TABLE"]

TABLE: tuple[Row, ...] = (
    *rules_product.ROWS,
    *rules_product_dims.ROWS,
    *rules_layer.ROWS,
    *rules_dtype.ROWS,
    *rules_dtype_layer.ROWS,
    *rules_backward.ROWS,
    *rules_again.ROWS,
)
