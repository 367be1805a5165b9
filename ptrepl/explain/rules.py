"""All rules, in the order in which they are asked."""

from __future__ import annotations

from ptrepl.explain import rules_product
from ptrepl.explain.table import Row

__all__ = ["TABLE"]

TABLE: tuple[Row, ...] = (*rules_product.ROWS,)
