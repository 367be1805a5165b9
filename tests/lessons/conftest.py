"""What every test of answers needs."""

from tests.tutor.conftest import nothing_left_behind as nothing_left_behind
