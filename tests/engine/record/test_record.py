"""The session remembers which statement wrote to a tensor, ran backward or made a name; it keeps no tensor for it."""

from __future__ import annotations

import gc
import weakref

import pytest

from ptrepl.engine.outcome import Status
from ptrepl.engine.record.record import RecordedStatement
from ptrepl.screen.xray_words import note_text
from tests.engine.prompt import Prompt


def last(prompt: Prompt) -> RecordedStatement:
    return next(reversed(prompt.session.record))


def played(prompt: Prompt, *statements: str) -> Prompt:
    """Run them whatever comes of each, as at a prompt."""
    for statement in statements:
        prompt.outcomes(statement)
    return prompt


def written(entry: RecordedStatement) -> list[tuple[str, int | None, int | None]]:
    return [(write.place.label, write.before, write.after) for write in entry.wrote]


def gradients(entry: RecordedStatement) -> list[tuple[str, str]]:
    return [(each.leaf.label, note_text(each.what)) for each in entry.gradients]


class TestWhoWrote:
    def test_the_statement_that_autograd_complains_of(self, prompt: Prompt) -> None:
        played(prompt, "w = torch.ones(3, requires_grad=True)", "y = w.exp()", "n = 1", "y += n", "y.sum().backward()")
        assert last(prompt).status is Status.RAISED
        found = next(prompt.session.record.writes(prompt["y"], 0), None)
        assert found is not None
        entry, write = found
        assert (entry.label, entry.number, written(entry)) == ("y += n", 4, [("y", 0, 1)])
        assert write.facts.shape == (3,)
        assert next(prompt.session.record.writes(prompt["y"], 1), None) is None
        assert next(prompt.session.record.writes(prompt["w"], 0), None) is None

    def test_of_several_writes_the_first_after_the_version(self, prompt: Prompt) -> None:
        played(prompt, "a = torch.zeros(2)", "a += 1", "a.mul_(2).mul_(2);", "a -= 1")
        labels = []
        for version in range(5):
            found = next(prompt.session.record.writes(prompt["a"], version), None)
            labels.append(found and found[0].label)
        assert labels == ["a += 1", "a.mul_(2).mul_(2)", "a.mul_(2).mul_(2)", "a -= 1", None]
        assert [entry.number for entry, _ in prompt.session.record.writes(prompt["a"])] == [2, 3, 4]

    def test_a_write_that_leaves_the_contents_as_they_were(self, prompt: Prompt) -> None:
        assert played(prompt, "a = torch.zeros(2)")("a.add_(1).sub_(1);") == []
        assert written(last(prompt)) == [("a", 0, 2)]

    @pytest.mark.parametrize("statement", ["a.data.add_(1);", "a.numpy()[0] = 1"])
    def test_a_write_that_no_version_counts(self, prompt: Prompt, statement: str) -> None:
        played(prompt, "a = torch.zeros(2)", statement)
        assert written(last(prompt)) == [("a", 0, 0)]
        assert next(prompt.session.record.writes(prompt["a"], 0), None) is None

    def test_through_a_view_and_its_base(self, prompt: Prompt) -> None:
        played(prompt, "a = torch.zeros(3)", "b = a[1:]", "b += 1")
        assert set(written(last(prompt))) == {("a", 0, 1), ("b", 0, 1)}

    def test_by_the_statement_that_made_it(self, prompt: Prompt) -> None:
        played(prompt, "a = torch.zeros(2).add_(1)")
        assert written(last(prompt)) == [("a", None, 1)]
        found = next(prompt.session.record.writes(prompt["a"], 0), None)
        assert found is not None
        assert found[0].number == 1

    def test_parameters_that_an_optimizer_moves(self, prompt: Prompt) -> None:
        played(
            prompt,
            "net = nn.Sequential(nn.Linear(2, 1))",
            "opt = torch.optim.SGD(net.parameters(), lr=0.1)",
            "net(torch.ones(1, 2)).sum().backward()",
        )
        weight = prompt["net"][0].weight
        version = weight._version
        assert gradients(last(prompt)) == [("net[0].weight", "new"), ("net[0].bias", "new")]
        assert prompt.session.record.last_backward(weight) is last(prompt)
        played(prompt, "opt.step()", "opt.zero_grad()")
        assert gradients(last(prompt)) == [("net[0].weight", "cleared"), ("net[0].bias", "cleared")]
        found = next(prompt.session.record.writes(weight, version), None)
        assert found is not None
        assert found[0].label == "opt.step()"
        assert found[1].place.label == "net[0].weight"

    def test_in_a_loop_by_the_loop(self, prompt: Prompt) -> None:
        played(prompt, "a = torch.zeros(2)", "for i in range(3):\n    a += i\n")
        assert (last(prompt).label, written(last(prompt))) == ("for i in range(3): …", [("a", 0, 3)])

    def test_a_new_tensor_at_an_old_name_is_another_one(self, prompt: Prompt) -> None:
        played(prompt, "a = torch.zeros(2)", "a += 1", "a = torch.zeros(2)")
        assert next(prompt.session.record.writes(prompt["a"], 0), None) is None

    def test_where_no_version_is_counted(self, prompt: Prompt) -> None:
        played(prompt, "with torch.inference_mode():\n    a = torch.zeros(2)\n    a += 1\n")
        assert written(last(prompt)) == []
        assert "inference_mode" in last(prompt).words


GRAPH = ("w = torch.ones(3, requires_grad=True)", "y = (w * w).sum()")


class TestLastBackward:
    def test_the_one_that_freed_the_graph_and_not_the_one_that_failed(self, prompt: Prompt) -> None:
        played(prompt, *GRAPH, "y.backward()", "n = 1", "y.backward()")
        assert last(prompt).status is Status.RAISED
        for leaf in (None, prompt["w"]):
            found = prompt.session.record.last_backward(leaf)
            assert found is not None
            assert (found.number, gradients(found)) == (3, [("w", "new")])

    def test_accumulation(self, prompt: Prompt) -> None:
        played(prompt, *GRAPH, "y.backward(retain_graph=True)", "y.backward()")
        assert gradients(last(prompt)) == [("w", "accumulated")]
        assert prompt.session.record.last_backward(prompt["w"]) is last(prompt)
        assert [entry.number for entry in prompt.session.record if "retain_graph" in entry.words] == [3]

    def test_a_gradient_that_is_only_returned(self, prompt: Prompt) -> None:
        played(prompt, *GRAPH, "g = torch.autograd.grad(y, w)", "y.backward()")
        found = prompt.session.record.last_backward()
        assert found is not None
        assert (found.number, gradients(found)) == (3, [])

    def test_in_a_function_of_the_learners(self, prompt: Prompt) -> None:
        played(prompt, *GRAPH, "def step():\n    y.backward()\n")
        assert prompt.session.record.last_backward() is None
        played(prompt, "step()")
        assert prompt.session.record.last_backward() is last(prompt)

    def test_in_the_method_that_is_called_alone(self, prompt: Prompt) -> None:
        source = "class Trainer:\n    def fit(self, y): y.backward()\n    def look(self): return 1\n"
        played(prompt, *GRAPH, source, "t = Trainer()", "t.look()")
        assert prompt.session.record.last_backward() is None
        played(prompt, "t.fit(y)")
        assert prompt.session.record.last_backward() is last(prompt)

    def test_through_another_graph(self, prompt: Prompt) -> None:
        played(prompt, *GRAPH, "y.backward()", "v = torch.ones(1, requires_grad=True)", "(v * v).sum().backward()")
        found = prompt.session.record.last_backward(prompt["w"])
        assert found is not None
        assert found.number == 3

    def test_a_gradient_set_by_hand_is_none(self, prompt: Prompt) -> None:
        played(prompt, *GRAPH, "w.grad = torch.ones(3)")
        assert gradients(last(prompt)) == [("w", "new")]
        assert prompt.session.record.last_backward() is None

    def test_one_that_failed_before_it_gave_anything_is_none(self, prompt: Prompt) -> None:
        played(prompt, "torch.ones(3).sum().backward()")
        assert last(prompt).status is Status.RAISED
        assert prompt.session.record.last_backward() is None

    def test_one_in_a_loop_that_failed_later(self, prompt: Prompt) -> None:
        played(prompt, *GRAPH, "for _ in range(2): y.backward()\n")
        assert last(prompt).status is Status.RAISED
        assert prompt.session.record.last_backward(prompt["w"]) is last(prompt)


class TestMade:
    def test_names_and_what_they_stand_for(self, prompt: Prompt) -> None:
        played(prompt, "w = torch.ones(2, requires_grad=True)", "w = w * 2", "d = [w]", "w += 1", "n = 3")
        record = prompt.session.record
        assert [[(made.name, made.rebound) for made in entry.made] for entry in record] == [
            [("w", False)],
            [("w", True)],
            [("d", False)],
            [],
            [],
        ]
        assert [entry.bound for entry in record] == [("w",), ("w",), ("d",), ("w",), ("n",)]
        found = record.made("w")
        assert found is not None
        entry, made = found
        assert made.facts is not None
        assert (entry.number, made.facts.grad_fn) == (2, "MulBackward0")
        assert record.made("nothing") is None

    def test_the_first_name_of_a_tensor(self, prompt: Prompt) -> None:
        played(prompt, "a = torch.ones(2)", "b = a", "c = a + 1")
        found = prompt.session.record.maker(prompt["b"])
        assert found is not None
        assert (found[0].number, found[1].name) == (1, "a")
        assert prompt.session.record.maker(prompt["c"] + 1) is None

    def test_another_learning_rate_makes_no_optimizer(self, prompt: Prompt) -> None:
        played(prompt, "opt = torch.optim.SGD([torch.ones(1)], lr=0.1)", "opt.param_groups[0]['lr'] = 1.0")
        assert [made.name for made in next(iter(prompt.session.record)).made] == ["opt"]
        assert last(prompt).made == ()

    def test_what_a_tensor_without_gradients_was_made_with(self, prompt: Prompt) -> None:
        played(prompt, "w = torch.ones(2, requires_grad=True)", "torch.set_grad_enabled(False);", "a = w * 2")
        assert [entry.grad_enabled for entry in prompt.session.record] == [True, True, False]
        played(prompt, "torch.set_grad_enabled(True);", "with torch.no_grad(): b = w * 2\n", "c = w.detach()")
        assert [(entry.grad_enabled, sorted(entry.words)) for entry in list(prompt.session.record)[-2:]] == [
            (True, ["no_grad"]),
            (True, ["detach"]),
        ]


class TestStatements:
    def test_where_each_one_stood(self, prompt: Prompt) -> None:
        prompt("a = 1\nb = 2; c = 3")
        list(prompt.session.run("d = 4\n\ne = 5\n", "train.py", nested_values=False, pasted=False))
        places = [(entry.number, entry.source, entry.filename, entry.line) for entry in prompt.session.record]
        assert places[:3] == [
            (1, "a = 1", "<ptrepl-1>", 1),
            (2, "b = 2", "<ptrepl-1>", 2),
            (3, "c = 3", "<ptrepl-1>", 2),
        ]
        assert places[3:] == [(4, "d = 4", "train.py", 1), (5, "e = 5", "train.py", 3)]

    def test_what_did_not_run_is_not_there(self, prompt: Prompt) -> None:
        played(prompt, "a = 1", "b = = 2", "1 / 0\nc = 3")
        assert [(entry.source, entry.status) for entry in prompt.session.record] == [
            ("a = 1", Status.OK),
            ("1 / 0", Status.RAISED),
        ]

    @pytest.mark.parametrize(
        ("source", "label"),
        [
            ("x = 1", "x = 1"),
            ("if True:\n    x = 1\n", "if True: …"),
            (f"x = '{'a' * 100}'", f"x = '{'a' * 53} …"),
        ],
    )
    def test_a_label_is_one_line(self, prompt: Prompt, source: str, label: str) -> None:
        prompt(source)
        assert last(prompt).label == label
        assert len(last(prompt).label) <= 60

    def test_a_fresh_namespace_has_no_past(self, prompt: Prompt) -> None:
        played(prompt, "a = torch.ones(2)", "a += 1")
        prompt.session.reset()
        assert len(prompt.session.record) == 0
        played(prompt, "b = 1")
        assert [entry.number for entry in prompt.session.record] == [3]

    def test_with_the_display_off(self, prompt: Prompt) -> None:
        prompt.session.watching = False
        played(prompt, "a = torch.ones(2)", "a += 1")
        assert [(entry.label, entry.wrote) for entry in prompt.session.record] == [
            ("a = torch.ones(2)", ()),
            ("a += 1", ()),
        ]


class TestFree:
    def test_no_tensor_and_no_graph_stays_alive(self, prompt: Prompt) -> None:
        played(prompt, "w = torch.ones(3, requires_grad=True)", "y = w.exp()", "y.sum().backward()", "y += 1")
        base, leaf, gradient = (weakref.ref(each) for each in (prompt["y"], prompt["w"], prompt["w"].grad))
        played(prompt, "l = [w]", "del w, y, l")
        gc.collect()
        assert (base(), leaf(), gradient()) == (None, None, None)
        assert [write.place.label for _, write in prompt.session.record.writes(past=0)] == ["y"]

    def test_the_record_is_bounded(self, prompt: Prompt) -> None:
        prompt("x = 1\n" * 2003)
        assert [entry.number for entry in prompt.session.record] == list(range(4, 2004))

    def test_so_is_what_it_says_of_large_models(self, prompt: Prompt) -> None:
        prompt("ts = [torch.zeros(1) for _ in range(1500)]")
        prompt("torch._foreach_add_(ts, 1)")
        effects = last(prompt).effects
        assert len(effects.wrote) == 1000
        for _ in range(50):
            prompt.session.record.add("step()", compile("step()", "<input>", "eval"), {}, line=1, effects=effects)
        assert [entry.number for entry in prompt.session.record] == list(range(13, 53))
        assert sum(len(entry.wrote) for entry in prompt.session.record) == 40_000

    def test_and_a_long_statement(self, prompt: Prompt) -> None:
        long = "x = '" + "a" * 5000 + "'"
        prompt(long)
        assert last(prompt).source == long[:2000]
