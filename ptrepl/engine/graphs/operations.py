"""The operation that a node of the autograd graph undoes, as one writes it: ``MulBackward0`` → ``*``."""

from __future__ import annotations

import ast
import re

from ptrepl.engine.operator_signs import OPERATOR_SIGNS

_NAME = re.compile(r"(?P<name>.+?)Backward\d*")
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])(?!D(?![a-z]))")

_WRITTEN = {
    "Add": OPERATOR_SIGNS[ast.Add],
    **dict.fromkeys(("Sub", "Rsub", "Neg"), OPERATOR_SIGNS[ast.Sub]),
    "Mul": OPERATOR_SIGNS[ast.Mult],
    "Div": OPERATOR_SIGNS[ast.Div],
    **dict.fromkeys(("Pow", "PowTensorTensor"), OPERATOR_SIGNS[ast.Pow]),
    **dict.fromkeys(("Mm", "Mv", "Dot", "Bmm"), OPERATOR_SIGNS[ast.MatMult]),
    **dict.fromkeys(("Select", "Slice", "Index"), "[...]"),
    **dict.fromkeys(("Addmm", "MkldnnLinear"), "linear"),
    **dict.fromkeys(("Convolution", "MkldnnConvolution", "CudnnConvolution"), "conv"),
    **dict.fromkeys(("NativeBatchNorm", "CudnnBatchNorm", "MiopenBatchNorm"), "batch_norm"),
    "NativeLayerNorm": "layer_norm",
    "NativeGroupNorm": "group_norm",
    "NativeDropout": "dropout",
    "MaxPool2DWithIndices": "max_pool2d",
    "MaxPool3DWithIndices": "max_pool3d",
    "NllLoss2D": "nll_loss",
    "Log1P": "log1p",
    "Deg2Rad": "deg2rad",
    "Rad2Deg": "rad2deg",
    "Im2Col": "unfold",
    "Col2Im": "fold",
    "T": "t",
    "UnsafeView": "view",
    "ReshapeAlias": "reshape",
    "ToCopy": "to",
    "LinalgVectorNorm": "norm",
    "MkldnnRnnLayer": "rnn",
    "CudnnRnn": "rnn",
    **dict.fromkeys(
        (
            "ScaledDotProductFlashAttentionForCpu",
            "ScaledDotProductEfficientAttention",
            "ScaledDotProductFlashAttention",
        ),
        "scaled_dot_product_attention",
    ),
}


def operation_named(class_name: str) -> str:
    """The operation of a node whose class has that name: ``PowBackward0`` → ``**``, ``LogSoftmaxBackward0`` →
    ``log_softmax``; the name itself where it follows no rule of torch's (``CopySlices``)."""
    found = _NAME.fullmatch(class_name)
    if found is None:
        return "[...] =" if class_name == "CopySlices" else class_name
    name = found["name"]
    return _WRITTEN.get(name) or _WORD_BEGINS.sub("_", name).lower()
