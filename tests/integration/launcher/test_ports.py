import socket
from contextlib import closing

import pytest

from launcher.errors import LaunchError
from launcher.ports import choose, is_free


@pytest.fixture
def taken():
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_was_asked_for_and_is_taken_is_refused_with_its_number_and_variable(taken):
    with pytest.raises(LaunchError, match=f"Port {taken}, asked for by TIEOUT_AIRFLOW_PORT, is in use"):
        choose(["airflow"], fixed={"airflow": taken}, preferred={}, last={})


def test_a_preferred_port_that_is_taken_is_replaced_by_a_free_one(taken):
    chosen = choose(["airflow"], fixed={}, preferred={"airflow": taken}, last={})
    assert chosen["airflow"] != taken
    assert is_free(chosen["airflow"])


def test_the_port_of_the_last_start_is_taken_again():
    first = choose(["airflow"], fixed={}, preferred={}, last={})
    assert choose(["airflow"], fixed={}, preferred={"airflow": 1}, last=first) == first


def test_no_port_is_given_twice():
    names = [f"port{number}" for number in range(20)]
    chosen = choose(names, fixed={}, preferred={}, last={})
    assert len(set(chosen.values())) == len(names)
