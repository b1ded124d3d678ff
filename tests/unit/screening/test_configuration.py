"""``config/screening.yml``: a score and who is compliance, set by one person and approved by another."""

from decimal import Decimal

import pytest

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.screening.configuration import load_screening, screening_problems

RIGHT = "threshold: 0.70\ncompliance: [eve, dan]\nfresh_days: {sdn: 14}\nprepared_by: ann\napproved_by: bob\n"


def test_the_deployments_own_file_is_right():
    assert screening_problems(settings.config_dir()) == []
    assert 0 < load_screening(settings.config_dir()).threshold <= 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.70", "0", "'0' is not a score above 0 and at most 1"),
        ("0.70", "1.01", "'1.01' is not a score"),
        ("0.70", "seventy", "'seventy' is not a score"),
        ("bob", "ann", "somebody else approves"),
        ("bob", '""', "names nobody"),
        ("eve", '""', "names nobody"),
        ("[eve, dan]", "[]", "who decides on hits?"),
        ("compliance: [eve, dan]\n", "", "'compliance' is missing"),
        ("fresh_days: {sdn: 14}\n", "", "'fresh_days' is missing"),
        ("sdn: 14", "sdn: 0", "whole number of at least 1"),
        ("approved_by: bob\n", "", "'approved_by' is missing"),
        ("prepared_by", "set_by", "unknown key"),
    ],
)
def test_a_mistake_is_named_and_the_file_is_not_used(tmp_path, old, new, says):
    (tmp_path / "screening.yml").write_text(RIGHT)
    read = load_screening(tmp_path)
    assert (read.threshold, read.compliance, read.fresh_days) == (Decimal("0.70"), ("eve", "dan"), {"sdn": 14})
    (tmp_path / "screening.yml").write_text(RIGHT.replace(old, new))

    assert says in " ".join(problem.message for problem in screening_problems(tmp_path))
    with pytest.raises(ConfigurationError):
        load_screening(tmp_path)


def test_without_lists_no_threshold_is_needed_and_with_them_it_is(tmp_path):
    assert screening_problems(tmp_path) == []
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "screening.yml").write_text("")
    assert [problem.message for problem in screening_problems(tmp_path)] == [
        "vendors are screened, and there is no such file"
    ]
