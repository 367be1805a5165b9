"""The lesson linalg: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest

from tests.tutor.trying import each, tried, unanswered

RIGHT = {
    "price-lists": [
        "takings = torch.mm(sold, prices.t())",
        "takings = (prices @ sold.T).T",
        "takings = torch.einsum('st,pt->sp', sold, prices)",
        "takings = (sold[:, None] * prices).sum(dim=2)",
        "takings = torch.stack([torch.stack([torch.dot(s, p) for p in prices]) for s in sold])",
        "takings = F.linear(sold, prices).double()",
        "takings = sold.matmul(prices.mT)",
        "takings = torch.zeros(2, 2)\nfor i in range(2):\n    for j in range(2):\n"
        "        takings[i, j] = sold[i] @ prices[j]",
    ],
    "orthogonal": [
        "def is_orthogonal(m):\n    return torch.allclose(m.T @ m, torch.eye(m.shape[0]), atol=1e-6)",
        "def is_orthogonal(m):\n    return bool(torch.isclose(m.mm(m.t()), torch.eye(len(m)), atol=1e-6).all())",
        "def is_orthogonal(m):\n    return torch.linalg.matrix_norm(m @ m.mT - torch.eye(len(m))) < 1e-4",
        "def is_orthogonal(m):\n    for i in range(len(m)):\n        for j in range(len(m)):\n"
        "            if abs(float(m[i] @ m[j]) - (i == j)) > 1e-5:\n                return False\n    return True",
        "is_orthogonal = lambda m: torch.allclose(torch.einsum('ij,kj->ik', m, m), torch.eye(len(m)), atol=1e-5)",
    ],
    "to-school": [
        "far = torch.linalg.norm(houses - school, dim=1)",
        "far = torch.cdist(houses, school[None]).flatten()",
        "far = torch.stack([torch.linalg.vector_norm(house - school) for house in houses])",
        "far = torch.hypot(houses[:, 0] - 1, houses[:, 1] - 1)",
        "way = school - houses\nfar = (way * way).sum(1) ** 0.5",
        "far = torch.tensor([((x - 1) ** 2 + (y - 1) ** 2) ** 0.5 for x, y in houses.tolist()])",
    ],
    "two-bills": [
        "price = torch.linalg.solve(bills.to(torch.float32), paid)",
        "price = torch.linalg.solve(bills.double(), paid.double())",
        "bills = bills * 1.0\nprice = torch.linalg.solve(bills, paid)",
        "price = torch.linalg.solve(bills.float(), paid[:, None])[:, 0]",
        "price = torch.linalg.lstsq(bills.float(), paid[:, None]).solution.flatten()",
        "a, b = bills[0], bills[1]\nd = a[0] * b[1] - a[1] * b[0]\n"
        "price = torch.stack([(paid[0] * b[1] - a[1] * paid[1]) / d, (a[0] * paid[1] - b[0] * paid[0]) / d])",
    ],
    "uphill": [
        "def is_bowl(m):\n    return torch.linalg.eigvalsh(m).min() > 0",
        "def is_bowl(m):\n    return all(value > 0 for value in torch.linalg.eigvalsh(m).tolist())",
        "def is_bowl(m):\n    return bool((torch.linalg.eigvals(m).real > 0).all())",
        "def is_bowl(m):\n    return bool(torch.linalg.eigh(m).eigenvalues.gt(0).all())",
        "def is_bowl(m):\n    return torch.linalg.cholesky_ex(m).info.item() == 0",
    ],
}

WRONG = {
    "price-lists": [
        ("takings = sold @ prices", "have to be columns"),
        ("takings = sold * prices", "adds nothing up"),
        ("takings = prices @ sold.T", "`sold` comes first"),
        ("takings = sold @ prices.reshape(3, 2)", "reshape and view fill row by row"),
        ("takings = sold.T @ prices", "things against things"),
        ("takings = torch.tensor([[12.0, 14.0], [21.0, 16.0]])", "typed in as numbers"),
    ],
    "orthogonal": [
        ("def is_orthogonal(m):\n    return bool((m @ m.T == torch.eye(len(m))).all())", "a millionth off"),
        ("def is_orthogonal(m):\n    return torch.equal(m @ m.T, torch.eye(len(m)))", "a millionth off"),
        ("def is_orthogonal(m):\n    return torch.allclose(m @ m.T, torch.eye(len(m)))", "say atol=1e-6"),
        ("def is_orthogonal(m):\n    return bool((m @ m.T - torch.eye(len(m))).max() < 1e-5)", "Take abs() first"),
        ("def is_orthogonal(m):\n    return torch.allclose(m, m.T)", "whether `m` is symmetric"),
        ("def is_orthogonal(m):\n    return torch.allclose(m @ m, torch.eye(len(m)))", "Transpose one of the two"),
        ("def is_orthogonal(m):\n    return torch.allclose(m * m.T, torch.eye(len(m)))", "multiplies place by place"),
        ("def is_orthogonal(m):\n    return abs(torch.linalg.det(m)) > 0.999", "a shear keeps areas too"),
    ],
    "to-school": [
        ("far = torch.linalg.vector_norm(houses - school)", "one norm of all eight"),
        ("far = torch.linalg.vector_norm(houses - school, dim=0)", "the houses disappear"),
        ("far = torch.linalg.vector_norm(houses - school, ord=1, dim=1)", "along the streets"),
        ("far = ((houses - school) ** 2).sum(dim=1)", "The root is still missing"),
    ],
    "two-bills": [
        ("price = torch.linalg.solve(bills, paid)", "Expected a floating point"),
        ("price = torch.linalg.solve(bills.double(), paid)", "one dtype for both"),
        ("price = torch.linalg.solve(bills.float().T, paid)", "Each row is a bill"),
        ("price = paid / bills", "divides place by place"),
    ],
    "uphill": [
        ("def is_bowl(m):\n    return bool((m > 0).all())", "depends on its eigenvalues"),
        ("def is_bowl(m):\n    return bool((torch.linalg.eigvalsh(m) > 0).any())", "one eigenvalue above 0 is enough"),
        ("def is_bowl(m):\n    return bool(torch.linalg.det(m) > 0)", "a product above 0"),
        ("def is_bowl(m):\n    return bool(torch.linalg.eigvalsh(m) > 0)", "a mask has several"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("linalg", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("linalg", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("linalg", RIGHT, 4) == unanswered("linalg", WRONG, 4) == set()
