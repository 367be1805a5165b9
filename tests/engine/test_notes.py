"""Notes are told apart by type and by value, and each has words of its own."""

from __future__ import annotations

import copy
import itertools
import pickle
from typing import get_args

import pytest

from ptrepl.engine.watch import notes
from ptrepl.engine.watch.facts import TensorFacts, Unreadable
from ptrepl.engine.watch.notes import Note
from ptrepl.engine.watch.summaries import Setting
from ptrepl.engine.watch.targets import Expression, GradientOf, Name, PartOf, Target, target_code
from ptrepl.screen.xray_words import note_text, target_text

WORDS: dict[Note, str] = {
    notes.New(): "new",
    notes.ChangedInPlace(): "changed in place",
    notes.Changed(): "changed",
    notes.Accumulated(): "accumulated",
    notes.Cleared(): "cleared",
    notes.RequiresGrad(): "requires_grad",
    notes.NotContiguous(): "not contiguous",
    notes.HasNan(): "has nan",
    notes.HasInf(): "has inf",
    notes.GotShapes(): "got its shape",
    notes.SameAsBefore(): "the same tensor as before",
    notes.Inference(): "inference",
    notes.NotRegistered(): "not registered",
    notes.Switched(True): "training mode",
    notes.Switched(False): "eval mode",
    notes.HasValue("13.0"): "value 13.0",
    notes.TotalValues(1): "1 value in all",
    notes.TotalValues(21): "21 values in all",
    notes.NewParts((("[4]", "(3,)", "float32"),)): "new: [4] (3,) float32",
    notes.NewParts((("a", "(3,)", "float32"),) * 5): "new: " + "a (3,) float32, " * 4 + "…",
    notes.Unregistered(("layer", "list", 3)): "3 layers in a list are not registered",
    notes.Unregistered(("layer", "dict", 1)): "1 layer in a dict is not registered",
    notes.Unregistered(("parameter", "tuple", 1)): "1 parameter in a tuple is not registered",
    notes.Unregistered(("parameter", "list", 2)): "2 parameters in a list are not registered",
    notes.NoLongerIn(Name("net")): "no longer in net",
    notes.SameObject(Name("a")): "same object as a",
    notes.SharesMemory(GradientOf("w")): "shares memory with w.grad",
    notes.SharesMemory(PartOf("net", "0.weight")): "shares memory with net[0].weight",
    notes.ShapeWas((3,)): "shape was (3,)",
    notes.ShapeWas(Unreadable("jagged")): "shape was n/a",
    notes.StridesWas((3, 1)): "strides were (3, 1)",
    notes.DtypeWas("int64"): "dtype was int64",
    notes.DeviceWas("cpu"): "device was cpu",
    notes.GradFnWas(None): "grad_fn was None",
    notes.GradFnWas("AddBackward0"): "grad_fn was AddBackward0",
    notes.IsLeafWas(True): "is_leaf was True",
    notes.RequiresGradWas(True): "requires_grad was True",
    notes.SettingWas(Setting("lr", (0.1, 1e-05))): "lr was 0.1, 1e-05",
    notes.SettingWas(Setting("batch_size", 4)): "batch_size was 4",
}


def test_each_note_has_its_words() -> None:
    assert [note_text(note) for note in WORDS] == list(WORDS.values())
    assert {type(note) for note in WORDS} == set(get_args(Note))


def test_notes_are_equal_by_type_and_value_alone() -> None:
    for one, other in itertools.combinations(WORDS, 2):
        assert one != other
    assert notes.IsLeafWas(True) != notes.RequiresGradWas(True)
    assert notes.DtypeWas("cpu") != notes.DeviceWas("cpu")
    for note in WORDS:
        for twin in (copy.deepcopy(note), pickle.loads(pickle.dumps(note))):
            assert (twin, hash(twin)) == (note, hash(note))


def test_the_old_values_of_facts() -> None:
    old = TensorFacts((2,), "int64", "cpu", None, True)
    new = TensorFacts((2, 1), "float32", "cpu", "MulBackward0", False, True)
    was = [notes.ShapeWas((2,)), notes.DtypeWas("int64"), notes.GradFnWas(None), notes.IsLeafWas(True)]
    assert notes.facts_that_were(old, new) == was
    assert notes.facts_that_were(old, new, ("device", "requires_grad")) == [notes.RequiresGradWas(False)]


@pytest.mark.parametrize(
    ("target", "code", "label"),
    [
        (Name("w"), "w", "w"),
        (GradientOf("w"), "w.grad", "w.grad"),
        (PartOf("net", "0.weight"), "net[0].weight", "net[0].weight"),
        (PartOf("d", "['a'][1]"), "d['a'][1]", "d['a'][1]"),
        (PartOf("point", ".x"), "point.x", "point.x"),
        (Expression("a + b"), "a + b", "a + b"),
        (Expression("f(" + "a" * 29 + ")"), "f(" + "a" * 29 + ")", "f(" + "a" * 29 + ")"),
        (Expression("f(" + "a" * 30 + ")"), "f(" + "a" * 30 + ")", "_"),
        (Expression("f(\na)"), "f(\na)", "_"),
    ],
)
def test_targets(target: Target, code: str, label: str) -> None:
    assert (target_code(target), target_text(target)) == (code, label)
