"""Sensitive values and archived payloads: only the right key reads them, and no change goes unnoticed."""

import base64
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.archive import frames
from tieout.archive.keys import Keys
from tieout.errors import ConfigurationError, MalformedPayload

KEYS = Keys([b"k" * 32], b"t" * 32)
OTHER = Keys([b"o" * 32], b"t" * 32)
ROTATED = Keys([b"o" * 32, b"k" * 32], b"t" * 32)


def test_a_sealed_value_shows_a_token_the_last_four_and_nothing_else():
    sealed = KEYS.seal("DE89 3704 0044 0532 0130 00", "bank")
    assert sealed.token == KEYS.seal("de89370400440532013000", "bank").token
    assert sealed.last4 == "3000"
    assert "0532" not in sealed.encrypted
    assert KEYS.decrypt(sealed.encrypted) == "DE89 3704 0044 0532 0130 00"


def test_tokens_of_different_kinds_differ_and_blank_has_none():
    assert KEYS.seal("123456789", "bank").token != KEYS.seal("123456789", "tax").token
    assert KEYS.seal(" - ", "tax") == KEYS.seal("", "tax")
    assert KEYS.seal("", "tax").token == ""


def test_a_short_number_shows_no_last_four():
    assert KEYS.seal("1234567", "bank").last4 == ""


def test_a_rotated_key_still_reads_and_a_lost_one_does_not():
    old = KEYS.encrypt("secret")
    assert ROTATED.decrypt(old) == "secret"
    assert ROTATED.encrypt("x")[:16] != KEYS.encrypt("x")[:16]
    with pytest.raises(ConfigurationError, match="not at hand"):
        OTHER.decrypt(old)


def test_a_changed_ciphertext_is_refused():
    text = KEYS.encrypt("secret")
    with pytest.raises(MalformedPayload):
        KEYS.decrypt(text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:])


def test_fernet_keys_are_taken_and_short_ones_refused_without_showing_them():
    assert Keys([base64.urlsafe_b64encode(b"k" * 32)], b"t" * 32).decrypt(KEYS.encrypt("x")) == "x"
    with pytest.raises(ConfigurationError) as refused:
        Keys([b"geheim"], b"t" * 32)
    assert "geheim" not in str(refused.value)
    assert "kkkk" not in repr(KEYS)


def sealed(plain: bytes, compress: bool = True) -> bytes:
    """Return the archived form of a payload."""
    return b"".join(frames.seal([plain[:7], plain[7:]], KEYS, compress=compress))


def unsealed(data: bytes, keys: Keys = KEYS) -> bytes:
    """Return the payload of an archived form."""
    return b"".join(frames.unseal(io.BytesIO(data), keys))


@settings(max_examples=40)
@given(st.binary(max_size=3000), st.booleans(), st.integers(1, 200))
def test_what_is_archived_is_what_is_read(plain, compress, size):
    original, frames.FRAME = frames.FRAME, size
    try:
        assert unsealed(sealed(plain, compress)) == plain
    finally:
        frames.FRAME = original


def test_the_archive_shows_nothing_of_the_payload():
    assert b"DE89370400440532013000" not in sealed(b"x" * 99 + b"DE89370400440532013000", compress=False)


def test_a_cut_or_changed_object_is_refused(monkeypatch):
    monkeypatch.setattr(frames, "FRAME", 100)
    data = sealed(b"0123456789" * 100, compress=False)
    with pytest.raises(MalformedPayload):
        unsealed(data[:-1])
    whole_frames = frames.HEADER_BYTES + 3 * (frames.LENGTH_BYTES + 100 + frames.TAG_BYTES)
    with pytest.raises(MalformedPayload, match="authenticate"):
        unsealed(data[:whole_frames])
    for at in (9, frames.HEADER_BYTES + 20, len(data) - 1):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises((MalformedPayload, ConfigurationError)):
            unsealed(bytes(changed))
    with pytest.raises(ConfigurationError):
        unsealed(data, OTHER)
