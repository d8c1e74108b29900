"""The vault (密钥库): encryption, keyed digests, signatures and passwords.

One secret of 64 random bytes lies outside the database; every use has its own key derived from it (HKDF-SHA256),
so that no digest says anything about another. Whoever holds the database without the secret file holds
identity numbers that can neither be read nor searched.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Callable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 64
NONCE_BYTES = 12
AES_256_GCM = b"\x01"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32: without i, l, o and u, which are misread or misheard on the telephone."""

_passwords = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class VaultError(Exception):
    """The key file or a sealed value cannot be used; the message says what to do."""


def password_hash(text: str) -> str:
    """Return the argon2id hash of a password (口令散列): 19 MiB, two passes, one lane."""
    return _passwords.hash(text)


def password_matches(stored: str, text: str) -> bool:
    """Say whether a password belongs to a stored hash; a broken hash matches nothing."""
    try:
        return _passwords.verify(stored, text)
    except (Argon2Error, InvalidHashError):
        return False


def dummy_verify() -> None:
    """Spend the time of one check, so that an unknown account answers no faster than a known one."""
    password_matches(_nobody(), "")


class Vault:
    """Seals, digests and signs with keys derived from one secret (密钥库).

    ``secret`` is 64 bytes; ``nonce`` yields that many random bytes and is given only by tests.
    """

    def __init__(self, secret: bytes, nonce: Callable[[int], bytes] = os.urandom) -> None:
        if len(secret) != SECRET_BYTES:
            raise VaultError(f"the vault's secret has {len(secret)} bytes instead of {SECRET_BYTES}")
        self._secret = secret
        self._nonce = nonce
        self._aead = AESGCM(self._key("seal"))
        self._signer = Ed25519PrivateKey.from_private_bytes(self._key("sign"))
        self._keys = {use: self._key(use) for use in ("digest", "token", "identifier", "salt")}

    @classmethod
    def open(cls, path: Path | str) -> Vault:
        """Open the key file, making it with fresh random bytes at the first run.

        The file is 0600 in a folder made 0700; a file that others may read is refused with VaultError.
        """
        path = Path(path)
        if not path.exists():
            _make_secret(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise VaultError(
                f"others may read the key file {path} (mode {mode:04o}): run chmod 600 {path}, "
                "and treat the key as known to whoever could read it"
            )
        return cls(path.read_bytes())

    def seal(self, clear: str, *, purpose: str) -> bytes:
        """Encrypt a text (加密) so that it opens only for the same purpose.

        The answer is one byte for the algorithm (1 = AES-256-GCM), 12 bytes of nonce, then ciphertext and tag.
        """
        nonce = self._nonce(NONCE_BYTES)
        return AES_256_GCM + nonce + self._aead.encrypt(nonce, clear.encode(), _bound(AES_256_GCM, purpose))

    def unseal(self, sealed: bytes, *, purpose: str) -> str:
        """Decrypt what ``seal`` made (解密); VaultError when it was changed, or sealed for another purpose or key."""
        algorithm, nonce, body = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if algorithm != AES_256_GCM:
            raise VaultError(f"unknown sealing algorithm {algorithm.hex() or 'none'}")
        try:
            return self._aead.decrypt(nonce, body, _bound(algorithm, purpose)).decode()
        except (InvalidTag, ValueError) as error:
            raise VaultError("the sealed value was changed, or belongs to another purpose or key") from error

    def digest(self, kind: str, value: str) -> bytes:
        """Return the keyed digest (32 bytes) by which a hidden value is found again (带密钥摘要)."""
        return self._mac("digest", kind, value)

    def token(self, value: str) -> str:
        """Return the word that stands for a hidden number in a text: ``id`` and 12 letters or digits."""
        return "id" + _letters(self._mac("token", value), 12)

    def identifier(self, kind: str, number: int) -> str:
        """Return the public id (13 letters and digits) of the n-th thing of a kind; it betrays neither."""
        return _letters(self._mac("identifier", kind, str(number)), 13)

    def salt(self, *parts: object) -> bytes:
        """Return 32 bytes of salt, always the same for the same parts, unknown without the secret (盐值)."""
        return self._mac("salt", *map(str, parts))

    def sign(self, message: bytes) -> bytes:
        """Sign a message with the office's Ed25519 key (签名): 64 bytes."""
        return self._signer.sign(message)

    def public_pem(self) -> bytes:
        """Return the public key as PEM, for anybody who checks a signature with ``openssl`` (公钥)."""
        return self._signer.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    password_hash = staticmethod(password_hash)
    password_matches = staticmethod(password_matches)
    dummy_verify = staticmethod(dummy_verify)

    def _key(self, use: str) -> bytes:
        derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=b"juanzong " + use.encode())
        return derivation.derive(self._secret)

    def _mac(self, use: str, *parts: str) -> bytes:
        return hmac.digest(self._keys[use], _joined(parts), hashlib.sha256)


@cache
def _nobody() -> str:
    return password_hash(os.urandom(16).hex())


def _bound(algorithm: bytes, purpose: str) -> bytes:
    return algorithm + purpose.encode()


def _joined(parts: tuple[str, ...]) -> bytes:
    """Join parts with their lengths, so that ("ab", "c") and ("a", "bc") differ."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _letters(digest: bytes, count: int) -> str:
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - count * 5)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(count * 5 - 5, -5, -5))


def _make_secret(path: Path) -> None:
    """Write a new secret completely or not at all; of two processes that start together one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
