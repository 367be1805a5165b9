"""All traps, each reported once for each line."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ptrepl.engine.outcome import Advice, Change, TensorChange
from ptrepl.engine.record.record import Record
from ptrepl.engine.watch.notes import ShapeWas
from ptrepl.engine.watch.targets import Name
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.explain.traps.calls import backward_through_nothing, method_not_called, softmax_without_dim
from ptrepl.explain.traps.data.batch_weights import weighted_as_full
from ptrepl.explain.traps.data.means_of_batches import divided_by_samples
from ptrepl.explain.traps.data.one_class_batches import batches_of_one_class
from ptrepl.explain.traps.data.part_of_dataset import divided_by_dataset
from ptrepl.explain.traps.data.sampler_weights import weights_of_classes
from ptrepl.explain.traps.data.shuffled_apart import shuffled_apart, shuffled_in_place
from ptrepl.explain.traps.data.split_undone import whole_for_part
from ptrepl.explain.traps.data.subset_transform import transform_of_subset
from ptrepl.explain.traps.discarded import discarded_result
from ptrepl.explain.traps.expanded import written_to_repeated
from ptrepl.explain.traps.gradients import added_gradient, misspelt_requires_grad, module_requires_grad
from ptrepl.explain.traps.kept_graph import kept_graphs, kept_state
from ptrepl.explain.traps.layers.attention_softmax import weights_of_another_dim
from ptrepl.explain.traps.layers.float_masks import masks_of_numbers
from ptrepl.explain.traps.layers.functional_dropout import dropout_in_eval_mode
from ptrepl.explain.traps.layers.made_in_forward import layer_made_in_forward
from ptrepl.explain.traps.layers.made_with_input import layer_made_with_input
from ptrepl.explain.traps.layers.mode_made_in_forward import mode_made_in_forward
from ptrepl.explain.traps.layers.repeated import one_layer_repeated
from ptrepl.explain.traps.layers.softmax_of_one import softmax_of_one
from ptrepl.explain.traps.layout.batch_first import samples_read_as_steps
from ptrepl.explain.traps.layout.positions import positions_of_samples
from ptrepl.explain.traps.layout.regrouped import regrouped_dims
from ptrepl.explain.traps.layout.reshaped import reshape_for_transpose
from ptrepl.explain.traps.loops.accuracy import divided_by_batches
from ptrepl.explain.traps.loops.cleared import cleared_before_step
from ptrepl.explain.traps.loops.clipping import clipped_without_effect
from ptrepl.explain.traps.loops.eval_mode import trained_in_eval_mode
from ptrepl.explain.traps.loops.schedulers import scheduler_in_place_of_optimizer, stepped_each_batch
from ptrepl.explain.traps.loops.train_mode import evaluated_in_train_mode
from ptrepl.explain.traps.loops.uncleared import cleared_each_round, gradients_of_loop
from ptrepl.explain.traps.losses.argmax_of_all import argmax_of_all
from ptrepl.explain.traps.losses.batch_softmax import softmax_over_batch
from ptrepl.explain.traps.losses.clipped_logits import logits_through_relu
from ptrepl.explain.traps.losses.cut_terms import term_without_graph
from ptrepl.explain.traps.losses.divergence import divergence_of_probabilities
from ptrepl.explain.traps.losses.divergence_sign import divergence_without_minus
from ptrepl.explain.traps.losses.logit_threshold import logits_taken_for_probabilities
from ptrepl.explain.traps.losses.made_leaf import loss_made_a_leaf
from ptrepl.explain.traps.losses.out_of_range import targets_out_of_range
from ptrepl.explain.traps.losses.softmax import no_log_probabilities, softmax_twice
from ptrepl.explain.traps.losses.swapped import targets_before_scores
from ptrepl.explain.traps.losses.unreached import step_of_unreached
from ptrepl.explain.traps.networks.aliased_target import aliased_target
from ptrepl.explain.traps.networks.hidden_modules import hidden_modules
from ptrepl.explain.traps.networks.plain_attributes import leaves_that_are_no_parameters
from ptrepl.explain.traps.networks.shallow_copies import shallow_copies
from ptrepl.explain.traps.networks.target_buffers import target_without_buffers
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.optimizers.alike import optimizers_of_one_network
from ptrepl.explain.traps.optimizers.left_out import layers_in_no_group
from ptrepl.explain.traps.optimizers.old_optimizer import old_optimizer
from ptrepl.explain.traps.pairs import every_pair
from ptrepl.explain.traps.reading.walk import Walk
from ptrepl.explain.traps.told import Told
from ptrepl.explain.traps.training import gradient_of_no_leaf, loss_without_graph, rebound_in_loop, rebound_parameter
from ptrepl.explain.traps.values.integers import cut_to_integers
from ptrepl.explain.traps.values.nan import not_a_number
from ptrepl.explain.traps.values.nan_gradient import nan_gradient
from ptrepl.explain.traps.values.one_slice import two_slices_in_one
from ptrepl.explain.traps.values.precedence import quotient_without_brackets
from ptrepl.explain.traps.values.wrapped import wrapped_round

TRAPS: dict[Callable[[Noticed], Iterator[str | Told]], str] = {
    every_pair: "pairs",
    rebound_parameter: "rebound-parameter",
    rebound_in_loop: "rebound-parameter",
    loss_without_graph: "loss-without-graph",
    added_gradient: "accumulated-gradients",
    misspelt_requires_grad: "requires-grad-misspelt",
    module_requires_grad: "requires-grad-misspelt",
    masks_of_numbers: "float-masks",
    gradients_of_loop: "accumulated-gradients",
    cleared_before_step: "accumulated-gradients",
    cleared_each_round: "accumulated-gradients",
    kept_graphs: "kept-graph",
    kept_state: "kept-state",
    old_optimizer: "old-optimizer",
    layers_in_no_group: "no-group",
    optimizers_of_one_network: "same-parameters",
    leaves_that_are_no_parameters: "hidden-modules",
    softmax_twice: "softmax-twice",
    no_log_probabilities: "log-probabilities",
    reshape_for_transpose: "reshape-for-transpose",
    discarded_result: "discarded-result",
    method_not_called: "method-not-called",
    softmax_without_dim: "softmax-without-dim",
    backward_through_nothing: "loss-without-graph",
    hidden_modules: "hidden-modules",
    evaluated_in_train_mode: "evaluation-in-train-mode",
    weights_of_classes: "sampler-weights",
    gradient_of_no_leaf: "gradient-of-no-leaf",
    cut_to_integers: "integers",
    written_to_repeated: "expanded",
    softmax_over_batch: "softmax-over-batch",
    argmax_of_all: "argmax-of-all",
    divergence_of_probabilities: "divergence",
    divergence_without_minus: "divergence-sign",
    logits_through_relu: "relu-before-loss",
    targets_out_of_range: "out-of-range",
    logits_taken_for_probabilities: "logit-threshold",
    targets_before_scores: "targets-first",
    weights_of_another_dim: "attention-softmax",
    softmax_of_one: "softmax-of-one",
    quotient_without_brackets: "precedence",
    two_slices_in_one: "one-slice",
    wrapped_round: "uint8",
    step_of_unreached: "loss-without-graph",
    loss_made_a_leaf: "loss-without-graph",
    term_without_graph: "term-without-graph",
    regrouped_dims: "regrouped-dims",
    samples_read_as_steps: "batch-first",
    positions_of_samples: "positions",
    one_layer_repeated: "repeated-layer",
    layer_made_in_forward: "layer-made-in-forward",
    layer_made_with_input: "layer-made-with-input",
    mode_made_in_forward: "mode-made-in-forward",
    target_without_buffers: "target-buffers",
    aliased_target: "one-network",
    shallow_copies: "one-network",
    dropout_in_eval_mode: "functional-dropout",
    clipped_without_effect: "clipping",
    trained_in_eval_mode: "training-in-eval-mode",
    scheduler_in_place_of_optimizer: "scheduler",
    stepped_each_batch: "scheduler",
    divided_by_batches: "accuracy",
    divided_by_dataset: "part-of-dataset",
    whole_for_part: "part-of-dataset",
    divided_by_samples: "means-of-batches",
    batches_of_one_class: "one-class-batches",
    shuffled_apart: "shuffled",
    shuffled_in_place: "shuffled",
    transform_of_subset: "part-of-dataset",
    weighted_as_full: "last-batch",
    nan_gradient: "nan-gradient",
    not_a_number: "nan",
}
"""Each trap, and its section in ``texts/LANGUAGE/errors/traps.md``."""
_MOST_TOLD = 1_000
_MOST_LOOKS = 3
"""How often the code of one statement, and of what it calls, is read."""


class Traps:
    """The traps of one session, and which of them were reported."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()
        self._looks: Counter[str] = Counter()

    def notice(
        self, source: str, changes: tuple[Change, ...], names: Mapping[str, Any], record: Record | None = None
    ) -> tuple[Advice, ...]:
        """What to say of a statement that ran; for one that was reported before, nothing. Raises nothing.

        ``record``: the statements of the session, of which it is the last.
        """
        try:
            with quietly():
                return tuple(self._notice(source, changes, names, record))
        except Exception as mistake:  # a bug of ours must not stop the learner
            from ptrepl.error_log import log

            log(mistake, "looking for traps")
            return ()

    def _notice(
        self, source: str, changes: tuple[Change, ...], names: Mapping[str, Any], record: Record | None
    ) -> Iterator[Advice]:
        try:
            tree = ast.parse(source).body[0]
        except SyntaxError:  # a magic of IPython's, as it was typed
            return
        if len(self._looks) > _MOST_TOLD:
            self._looks.clear()
        self._looks[source] += 1
        often = self._looks[source] > _MOST_LOOKS
        walk = Walk()
        places = () if often else walk.through(source, tree, names, _reshaped(changes))
        noticed = Noticed(source, tree, changes, names, record, places, walk.complete)
        for trap, section in TRAPS.items():
            for said in trap(noticed):
                text, at = said if isinstance(said, Told) else (said, source)
                key = (trap.__name__, at)
                if key not in self._told and len(self._told) < _MOST_TOLD:
                    self._told.add(key)
                    yield Advice(text, f"traps/{section}")


def _reshaped(changes: tuple[Change, ...]) -> frozenset[str]:
    """The names of tensors whose shape is not what it was when the statement began."""
    return frozenset(
        change.target.name
        for change in changes
        if isinstance(change, TensorChange)
        and isinstance(change.target, Name)
        and any(isinstance(note, ShapeWas) for note in change.notes)
    )
