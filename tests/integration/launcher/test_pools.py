from launcher.pools import pools


def test_each_source_and_target_has_a_pool_and_writers_have_one_slot(tmp_path):
    for name, text in {
        "sources/ap.yml": "system: ap\nslots: 3\n",
        "sources/bank.yml": "system: bank\n",
        "feedback/targets.yml": "targets: {ap: {}, erp_west: {}}\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    sizes = {pool.name: pool.slots for pool in pools(tmp_path)}
    assert sizes == {"writers": 1, "files": 2, "ap": 3, "bank": 2, "erp_west": 1}
