from launcher.layout import PUBLIC_STATE, Layout


def test_as_root_the_database_leaves_a_home_that_nobody_else_may_enter(tmp_path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    tmp_path.chmod(0o700)
    layout = Layout(tmp_path / "checkout" / ".tieout")
    assert layout.postgres.is_relative_to(PUBLIC_STATE)
    assert layout.database_parents == (PUBLIC_STATE, layout.postgres.parent)


def test_two_homes_that_nobody_may_enter_have_databases_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    tmp_path.chmod(0o700)
    assert Layout(tmp_path / "a").postgres != Layout(tmp_path / "b").postgres


def test_without_root_the_database_is_in_the_home(tmp_path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    tmp_path.chmod(0o700)
    assert Layout(tmp_path / "home").postgres == tmp_path / "home" / "postgres"
