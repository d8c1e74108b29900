from __future__ import annotations

import hashlib
import re
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from records.vault import (
    Vault,
    VaultError,
    dummy_verify,
    password_hash,
    password_matches,
)

SECRET = bytes(range(64))
VAULT = Vault(SECRET)
NUMBER = "11010519491231002X"
KNOWN = {
    "digest": "90a59dc5b2b8d68ddf65edb208d8ef906ae1b880111463727ef15700398ba961",
    "token": "idqw50h6qtcwjq",
    "identifier": "7d5xnahwb3gf7",
    "salt": "3da9f326870b3b80a108a53c1c80c9ab3e96aa1036e324eaea16dfbdcf778af1",
    "public": "76235e5028559a6d45fcc67ddd7d769746eefd4d66a27734c0ea807f2997bbb2",
    "sealed": "01000102030405060708090a0b5c663563007a791d77ba655791e0440578578fb855ba5bf25721",
}


@given(st.text(), st.text())
def test_what_was_sealed_is_unsealed_for_its_purpose(clear, purpose):
    assert VAULT.unseal(VAULT.seal(clear, purpose=purpose), purpose=purpose) == clear


@given(st.text(min_size=1), st.data())
def test_a_changed_byte_anywhere_is_noticed(clear, data):
    sealed = bytearray(VAULT.seal(clear, purpose="identity"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VaultError):
        VAULT.unseal(bytes(sealed), purpose="identity")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_what_is_no_sealed_value_is_refused(sealed):
    with pytest.raises(VaultError):
        VAULT.unseal(sealed, purpose="identity")


def test_another_purpose_or_another_secret_does_not_open():
    sealed = VAULT.seal("欧阳䶮𠮷", purpose="name")
    with pytest.raises(VaultError):
        VAULT.unseal(sealed, purpose="telephone")
    with pytest.raises(VaultError):
        Vault(bytes(64)).unseal(sealed, purpose="name")


def test_the_same_number_is_sealed_differently_each_time_and_never_in_clear():
    first, second = (VAULT.seal(NUMBER, purpose="identity") for _ in range(2))
    assert first != second
    assert (first[:1], len(first)) == (b"\x01", 1 + 12 + len(NUMBER) + 16)
    assert NUMBER.encode() not in first + second


def test_with_a_given_nonce_sealing_is_repeatable():
    fixed = Vault(SECRET, nonce=lambda count: bytes(count))
    assert fixed.seal(NUMBER, purpose="identity") == fixed.seal(NUMBER, purpose="identity")


def test_digests_depend_on_kind_value_and_secret():
    digests = {
        VAULT.digest("identity", NUMBER),
        VAULT.digest("telephone", NUMBER),
        VAULT.digest("identity", NUMBER.lower()),
        VAULT.digest("identit", "y" + NUMBER),
        Vault(bytes(64)).digest("identity", NUMBER),
        VAULT.salt("identity", NUMBER),
        hashlib.sha256(NUMBER.encode()).digest(),
    }
    assert {len(digest) for digest in digests} == {32}
    assert len(digests) == 7
    assert VAULT.digest("identity", NUMBER) == Vault(SECRET).digest("identity", NUMBER)


def test_known_answers_do_not_change_between_versions():
    """A database made today must be searchable by every later version."""
    assert VAULT.digest("identity", NUMBER).hex() == KNOWN["digest"]
    assert VAULT.token(NUMBER) == KNOWN["token"]
    assert VAULT.identifier("dossier", 1) == KNOWN["identifier"]
    assert VAULT.salt("audit", 7).hex() == KNOWN["salt"]
    assert hashlib.sha256(VAULT.public_pem()).hexdigest() == KNOWN["public"]
    sealed = bytes.fromhex(KNOWN["sealed"])
    assert VAULT.unseal(sealed, purpose="name") == "司马𠮷"


def test_a_token_is_one_word_of_letters_and_digits():
    assert re.fullmatch(r"id[0-9a-z]{12}", VAULT.token(NUMBER))
    assert VAULT.token(NUMBER) != VAULT.token("110105194912310011")


def test_identifiers_are_unique_pronounceable_and_different_for_each_kind():
    kinds = [VAULT.identifier(kind, number) for kind in ("dossier", "material") for number in range(5000)]
    assert len(set(kinds)) == 10000
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{13}", identifier) for identifier in kinds)


def test_openssl_checks_a_signature_with_the_public_key(tmp_path):
    message = "树根 2026-11-21".encode()
    public = load_pem_public_key(VAULT.public_pem())
    assert isinstance(public, Ed25519PublicKey)
    (tmp_path / "key.pem").write_bytes(VAULT.public_pem())
    (tmp_path / "message").write_bytes(message)
    answers = []
    for signature in (VAULT.sign(message), VAULT.sign(message + b".")):
        (tmp_path / "signature").write_bytes(signature)
        done = subprocess.run(
            [
                *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem"),
                *("-rawin", "-in", "message", "-sigfile", "signature"),
            ],
            cwd=tmp_path,
            capture_output=True,
        )
        answers.append(done.returncode)
    assert answers == [0, 1]


def test_the_key_file_is_made_once_and_private(tmp_path):
    path = tmp_path / "keys" / "vault.key"
    first = Vault.open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["vault.key"]
    assert len(path.read_bytes()) == 64
    assert Vault.open(path).digest("identity", NUMBER) == first.digest("identity", NUMBER)
    assert Vault.open(tmp_path / "other" / "vault.key").salt("x") != first.salt("x")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_file_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "vault.key"
    Vault.open(path)
    path.chmod(mode)
    with pytest.raises(VaultError, match=f"chmod 600 {path}"):
        Vault.open(path)


def test_a_key_file_that_was_cut_short_is_refused(tmp_path):
    path = tmp_path / "vault.key"
    Vault.open(path)
    path.write_bytes(SECRET[:40])
    with pytest.raises(VaultError, match="40 bytes instead of 64"):
        Vault.open(path)


def test_passwords_are_argon2id_with_the_chosen_cost():
    stored = password_hash("正确的口令 １２３")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_matches(stored, "正确的口令 １２３")
    assert not password_matches(stored, "正确的口令 123")
    assert not password_matches("", "x")
    assert not password_matches("$argon2id$broken", "x")
    assert VAULT.password_matches(VAULT.password_hash("𠮷"), "𠮷")
    assert dummy_verify() is None
