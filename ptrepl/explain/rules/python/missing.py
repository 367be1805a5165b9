"""``pd`` and the like, where the package that they stand for is not installed, or was not imported."""

from __future__ import annotations

import ast
import importlib.util
import sys

from ptrepl.engine.explanation import Fix
from ptrepl.engine.run.namespace import ON_DEMAND
from ptrepl.explain.case import Case
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MORE = "python/missing-package"


def _short_name(case: Case) -> Finding | None:
    name = case.match[1]
    package = ON_DEMAND[name].partition(".")[0]
    if _is_installed(package):
        return _usual_name(case)
    text = gettext(
        "{name} stands for {package}, which is not installed here. %pip install {package} installs it at the prompt; "
        "then the same line runs.",
        name=name,
        package=package,
    )
    return Finding(text)


_MODULES = ON_DEMAND | {"torch": "torch", "nn": "torch.nn", "F": "torch.nn.functional"}
"""What everybody calls by these names. The prompt has them, or imports them when they are read; a notebook does not."""


def _usual_name(case: Case) -> Finding | None:
    """``nn.Linear(2, 1)`` where nothing has bound ``nn``."""
    name, module = case.match[1], _MODULES[case.match[1]]
    parent = next(iter(case.site.parents), None)
    if not isinstance(case.site.node, ast.Name) or not isinstance(parent, ast.Attribute) or case.site.inner:
        return None
    if case.unbound is not None and case.unbound(name):
        return None  # a lesson has its own
    if name == "F" and not hasattr(sys.modules.get(module), parent.attr):
        return None  # as often a matrix of theirs
    if name == module:
        return Finding(gettext("{name} is not imported here.", name=name), (Fix(f"import {name}"),))
    text = gettext("{name} is not imported here. It is what most programs call {module}.", name=name, module=module)
    return Finding(text, (Fix(f"import {module} as {name}"),))


_CALLED = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google.protobuf": "protobuf",
    "gym": "gymnasium",
    "nacl": "pynacl",
    "pywt": "pywavelets",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "tensorboardX": "tensorboardX",
    "umap": "umap-learn",
    "usb": "pyusb",
    "yaml": "pyyaml",
}
"""Packages that pip knows under another name than their module: the module, and the package."""
_SAME_NAME = frozenset(
    "accelerate albumentations captum datasets diffusers einops evaluate fastai fsspec gensim gymnasium h5py imageio "
    "ipywidgets joblib kornia librosa lightning lightgbm matplotlib mlflow monai networkx nibabel nltk numba onnx "
    "onnxruntime optuna pandas peft plotly polars psutil pyarrow pydantic requests safetensors scipy seaborn "
    "sentencepiece shap soundfile spacy sympy tensorboard tiktoken timm tokenizers torchaudio torchinfo torchmetrics "
    "torchsummary torchtext torchvision tqdm transformers trimesh wandb xgboost".split()
)
"""Packages that pip knows under the name of their module."""


def _package(case: Case) -> Finding | None:
    module = case.match[1]
    if _is_installed(module):
        return None
    if module in _CALLED:
        text = gettext(
            "{module} is not installed here. Its package is called {package}: %pip install {package} installs it at "
            "the prompt.",
            module=module,
            package=_CALLED[module],
        )
        return Finding(text)
    if module not in _SAME_NAME:
        return None  # a misspelt name, or a package that nobody here knows
    package = module
    text = gettext(
        "{package} is not installed here. %pip install {package} installs it at the prompt.", package=package
    )
    return Finding(text)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


BEFORE = ("python.name",)

RULES = (
    Rule(
        "usual name",
        ("NameError",),
        r"^name '(torch|nn|F)' is not defined",
        _usual_name,
        "python/names",
        only_torch=False,
    ),
    Rule(
        "missing package",
        ("NameError",),
        rf"^name '({'|'.join(ON_DEMAND)})' is not defined",  # not a sentence: a pattern of Python's message
        _short_name,
        _MORE,
        only_torch=False,
    ),
    Rule(
        "missing package",
        ("ModuleNotFoundError",),
        r"^No module named '(?!torch[.'])(\w+)(?:\.\w+)*'",
        _package,
        _MORE,
        only_torch=False,
    ),
)
