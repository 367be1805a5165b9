"""In a kernel a cell has one bundle: lines of text, and a table without scripts."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.notebook.conftest import Notebook


class Read(HTMLParser):
    """The tags, and the text of the cells of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            self.words.append(data)


def test_one_bundle_a_cell(notebook: Notebook) -> None:
    (bundle,) = notebook.bundles("x = torch.ones(2)\nx += 1")
    assert {*bundle} == {"text/plain", "text/html"}
    assert bundle["text/plain"].splitlines() == [
        "│ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True",
        "│ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · changed in place",
    ]
    read = Read(bundle["text/html"])
    assert "table" in read.tags
    assert not {"script", "iframe", "img", "link"} & {*read.tags}
    assert read.words == [
        *("shape", "dtype", "device", "grad_fn", "is_leaf"),
        *("x = torch.ones(2)", "x", "(2,)", "float32", "cpu", "None", "True"),
        *("x += 1", "x", "(2,)", "float32", "cpu", "None", "True", "changed in place"),
    ]


def test_nothing_is_published_where_nothing_changed(notebook: Notebook) -> None:
    assert notebook.bundles("a = 1\nprint(a)") == []
    assert notebook.bundles("# nothing") == []


def test_fixes_are_code_to_copy(notebook: Notebook) -> None:
    notebook.cell("x = torch.ones(2, 3)")
    (bundle,) = notebook.bundles("y = x @ x")
    read = Read(bundle["text/html"])
    assert "pre" in read.tags
    assert any(word.startswith("y = x @ x.T") for word in read.words)


def test_names_of_any_kind_are_text(notebook: Notebook) -> None:
    (bundle,) = notebook.bundles('d = {"<script>alert(1)</script>": torch.ones(2)}\nd["<b>"] = torch.ones(3)')
    assert "script" not in Read(bundle["text/html"]).tags


def test_other_lines_than_those_of_tensors(notebook: Notebook) -> None:
    (bundle,) = notebook.bundles("net = torch.nn.Linear(3, 2)\nnet(torch.ones(3)).sum().backward()")
    words = Read(bundle["text/html"]).words
    assert "Linear\u20022 parameters\u20028 values" in words
    assert "2 of 2 gradients new: weight, bias" in words


def test_many_changes_are_cut_as_in_the_terminal(notebook: Notebook) -> None:
    (bundle,) = notebook.bundles("a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3 = torch.ones(14, 2)")
    assert "… and 2 more" in Read(bundle["text/html"]).words


def test_xray_off(notebook: Notebook) -> None:
    notebook.cell("%pt xray off")
    assert notebook.bundles("x = torch.ones(2)") == []
    notebook.cell("%pt xray line")
    assert len(notebook.bundles("x = torch.ones(3)")) == 1
