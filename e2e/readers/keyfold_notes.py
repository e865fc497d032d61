"""Keyfold's signed checkpoints, as docs/formats.md states them; used by keyfold_reader.py."""

import base64
import hashlib
import re

from keyfold_ciphers import ed25519_verify
from keyfold_formats import UUID_TEXT, Refused, from_base64

SIZE = r"(0|[1-9][0-9]{0,15})"


def is_uuid(value):
    return isinstance(value, str) and UUID_TEXT.fullmatch(value) is not None


def root_of(text):
    try:
        root = from_base64(text)
    except Refused:
        raise ValueError("a root is not base64") from None
    if len(root) != 32:
        raise ValueError("a root is not 32 bytes")
    return root


def size_of(text):
    size = int(text)
    if size >= 2**53:
        raise ValueError("a size out of range")
    return size


def key_id(name, public_key):
    return hashlib.sha256(name.encode("utf-8") + b"\n\1" + public_key).digest()[:4]


def vkey_text(name, public_key):
    return "%s+%s+%s" % (name, key_id(name, public_key).hex(), base64.b64encode(b"\1" + public_key).decode("ascii"))


def read_vkey(text):
    """Name and public key; ValueError if it is not a verifier key."""
    name, _, rest = text.partition("+")
    stated, _, encoded = rest.partition("+")
    try:
        key = from_base64(encoded)
    except Refused:
        raise ValueError("not a verifier key") from None
    if len(key) != 33 or key[0] != 1 or not name or key_id(name, key[1:]).hex() != stated:
        raise ValueError("not a verifier key")
    return name, key[1:]


def read_checkpoint(note, vkey):
    """Size and root of a checkpoint that this key signed; ValueError otherwise."""
    name, public_key = read_vkey(vkey)
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    if not separator or not signatures.endswith("\n") or re.search(r"[\0-\x09\x0b-\x1f]", note):
        raise ValueError("not a signed note")
    signed = False
    for line in signatures[:-1].split("\n"):
        match = re.fullmatch("\u2014 ([^ +]+) ([^ ]+)", line)
        if not match:
            raise ValueError("not a signature line")
        try:
            blob = from_base64(match[2])
        except Refused:
            raise ValueError("a signature is not base64") from None
        if len(blob) < 5:
            raise ValueError("a signature is too short")
        if match[1] != name or blob[:4] != key_id(name, public_key):
            continue
        if not ed25519_verify(public_key, blob[4:], text.encode("utf-8")):
            raise ValueError("a signature does not verify")
        signed = True
    if not signed:
        raise ValueError("the key did not sign it")
    match = re.fullmatch(r"(keyfold/(.*)/e([1-9][0-9]{0,15}))\n%s\n(.*)\n" % SIZE, text)
    if not match or not is_uuid(match[2]) or match[1] != name:
        raise ValueError("not a checkpoint of this log")
    return size_of(match[4]), root_of(match[5])


def read_anchor(text):
    """The notes of an anchor file; a last one that was cut off is passed over."""
    notes, record, blanks = [], [], 0
    for line in text.split("\n")[:-1]:
        record.append(line)
        blanks += line == ""
        if blanks == 2:
            notes.append("\n".join(record[:-1]) + "\n")
            record, blanks = [], 0
    return notes
