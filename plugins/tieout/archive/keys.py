"""Keys of the archive and of sensitive fields, and what is done with them.

A sensitive value becomes three texts: a token (a keyed hash, for joins), its last four characters, and a ciphertext
(AES-256-GCM). Rotation: a new encryption key is put first, the old ones stay behind it for reading until everything is
under the new one (landing/rotation.py). The token's key is never rotated, because tokens are joined over years.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tieout.errors import ConfigurationError, MalformedPayload

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4
SHOWN = 4
# Below this length the last four would show half of the number or more.
SHOWN_FROM = 8
PREFIX = "aesgcm1:"


@dataclass(frozen=True)
class Sealed:
    """A sensitive value as raw keeps it."""

    token: str
    last4: str
    encrypted: str


@dataclass(frozen=True)
class Keys:
    """Encryption keys, the current one first, and the key of tokens.

    Each encryption key is 32 bytes, or their base64 text (so a Fernet key is one); the token key is at least 16 bytes.

    Raises:
        ConfigurationError: there is no key, or one has another length. The message never holds a key.
    """

    encryption: list[bytes] = field(repr=False)
    token: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.encryption or len(self.token) < KEY_BYTES // 2:
            raise ConfigurationError("Keys for landing are missing.", "Set them in the connection 'tieout_keys'.")
        _ = self._ciphers

    @cached_property
    def _ciphers(self) -> dict[bytes, AESGCM]:
        """Ciphers by id of their key, the current one first."""
        keys = [_key_bytes(key) for key in self.encryption]
        return {key_id(key): AESGCM(key) for key in keys}

    @cached_property
    def _secrets(self) -> dict[bytes, bytes]:
        return {key_id(key): key for key in map(_key_bytes, self.encryption)}

    def object_cipher(self, identity: bytes, salt: bytes) -> AESGCM:
        """Return the cipher of one object of the archive: its own key, so that its nonces may simply count.

        Raises:
            ConfigurationError: the key with this id is not at hand.
        """
        self.cipher(identity)
        return AESGCM(hmac.new(self._secrets[identity], b"tieout archive object" + salt, hashlib.sha256).digest())

    @cached_property
    def current(self) -> tuple[bytes, AESGCM]:
        """Id and cipher of the key that encrypts."""
        return next(iter(self._ciphers.items()))

    def cipher(self, wanted: bytes) -> AESGCM:
        """Return the cipher of the key with this id.

        Raises:
            ConfigurationError: the key is not among those we hold.
        """
        try:
            return self._ciphers[wanted]
        except KeyError:
            raise ConfigurationError(
                f"The key with id {wanted.hex()} is not at hand.", "Add the old key behind the current one."
            ) from None

    def seal(self, value: str, kind: str) -> Sealed:
        """Return token, last four and ciphertext of a sensitive value; blanks for blank.

        ``kind`` (``bank``, ``tax``) separates the tokens of different kinds of number. Spelling does not matter to the
        token: blanks and punctuation are left out, letters are upper case.
        """
        plain = "".join(filter(str.isalnum, value)).upper()
        if not plain:
            return Sealed("", "", "")
        digest = hmac.new(self.token, f"{kind}:{plain}".encode(), hashlib.sha256).hexdigest()
        return Sealed(digest, plain[-SHOWN:] if len(plain) >= SHOWN_FROM else "", self.encrypt(value))

    def encrypt(self, value: str) -> str:
        """Return the ciphertext of a text, as text that names its key."""
        identity, cipher = self.current
        nonce = os.urandom(NONCE_BYTES)
        sealed = identity + nonce + cipher.encrypt(nonce, value.encode(), identity)
        return PREFIX + base64.b64encode(sealed).decode()

    def renewed(self, text: str) -> str:
        """Return a ciphertext under the current key: as it is where it is, else made anew. Other texts stay.

        Raises:
            ConfigurationError: its key is not at hand.
            MalformedPayload: it was changed.
        """
        if not text.startswith(PREFIX) or _identity(text) == self.current[0]:
            return text
        return self.encrypt(self.decrypt(text))

    def encrypt_bytes(self, content: bytes, bound_to: bytes) -> bytes:
        """Return a ciphertext that names its key. It decrypts only with the same ``bound_to``: say whose it is."""
        identity, cipher = self.current
        nonce = os.urandom(NONCE_BYTES)
        return identity + nonce + cipher.encrypt(nonce, content, identity + bound_to)

    def decrypt_bytes(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Return what ``encrypt_bytes`` was given.

        Raises:
            ConfigurationError: its key is not at hand.
            MalformedPayload: it is not a ciphertext, was changed, or belongs to something else.
        """
        identity, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        try:
            return self.cipher(identity).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], identity + bound_to)
        except (InvalidTag, ValueError) as error:
            raise MalformedPayload("A ciphertext does not decrypt: it was changed.", "Look at its row.") from error

    def decrypt(self, text: str) -> str:
        """Return the text that ``encrypt`` was given.

        Raises:
            ConfigurationError: its key is not at hand.
            MalformedPayload: it is not a ciphertext, or was changed.
        """
        try:
            sealed = base64.b64decode(text.removeprefix(PREFIX), validate=True)
            identity, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
            plain = self.cipher(identity).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], identity)
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise MalformedPayload(
                "A sensitive value does not decrypt: it was changed.", "Look at its batch."
            ) from error
        return plain.decode()


def key_id(key: bytes) -> bytes:
    """Return the short id under which a key is named in headers: it tells nothing about the key."""
    return hashlib.sha256(b"tieout key id" + key).digest()[:KEY_ID_BYTES]


def _identity(text: str) -> bytes:
    """Return the id of the key of a ciphertext; empty where it is none."""
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)[:KEY_ID_BYTES]
    except binascii.Error:
        return b""


def _key_bytes(key: bytes) -> bytes:
    if len(key) == KEY_BYTES:
        return key
    try:
        decoded = base64.urlsafe_b64decode(key)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != KEY_BYTES:
        raise ConfigurationError(
            "An encryption key is not 32 bytes long.",
            "Make one: python -c 'import os,base64;print(base64.urlsafe_b64encode(os.urandom(32)).decode())'",
        )
    return decoded
