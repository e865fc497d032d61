"""Keyfold's formats of records, keys and the keyring, as docs/formats.md states them; used by keyfold_reader.py."""

import base64
import hashlib
import hmac
import json
import re
import struct
import uuid

import keyfold_ciphers

MAX_PLAINTEXT = 16 * 1024 * 1024
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Refused(Exception):
    """What a format does not allow, with the code that the document gives it."""

    def __init__(self, code, message=""):
        super().__init__(message or code)
        self.code = code


def malformed(what):
    return Refused("ENVELOPE_MALFORMED", what)


def unsupported(what):
    return Refused("ENVELOPE_UNSUPPORTED", what)


def invalid(what):
    return Refused("INVALID_INPUT", what)


def decrypt_failed():
    return Refused("DECRYPT_FAILED")


def gcm_seal(key, nonce, aad, plaintext):
    return keyfold_ciphers.gcm(key).seal(nonce, aad, plaintext)


def gcm_open(key, nonce, aad, sealed):
    plaintext = keyfold_ciphers.gcm(key).open(nonce, aad, sealed)
    if plaintext is None:
        raise decrypt_failed()
    return plaintext


# --- Conventions -------------------------------------------------------------------------------------------------


def hkdf_extract(salt, ikm):
    return hmac.new(salt, ikm, hashlib.sha512).digest()


def hkdf_expand(prk, info, length):
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([n]), hashlib.sha512).digest()
        out, n = out + block, n + 1
    return out[:length]


def from_base64(text):
    """RFC 4648 section 4, the canonical text only."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise malformed("base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise malformed("base64")
    return data


def from_base64url(text):
    """RFC 4648 section 5 without padding, the canonical text only."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise malformed("base64url")
    return from_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def to_utf8(text):
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise invalid("a lone surrogate") from None


def canonical_pairs(pairs):
    """Bytes of a dict of names and values, or of a list of (name, value)."""
    items = list(pairs.items()) if isinstance(pairs, dict) else list(pairs)
    if len(items) > 16:
        raise invalid("more than 16 pairs")
    encoded = sorted((to_utf8(name), to_utf8(value)) for name, value in items)
    if len({name for name, _ in encoded}) != len(encoded):
        raise invalid("a name stands twice")
    out = struct.pack(">H", len(encoded))
    for name, value in encoded:
        if not 1 <= len(name) <= 64 or len(value) > 1024:
            raise invalid("length of a name or value")
        out += struct.pack(">H", len(name)) + name + struct.pack(">I", len(value)) + value
    return out


def context_pairs(context):
    for name in ("tenant", "collection", "record", "field"):
        if name not in context:
            raise invalid("the context has no pair " + name)
    return canonical_pairs(context)


# --- Payload envelope, KFE1 --------------------------------------------------------------------------------------

KFE1_HEAD = bytes.fromhex("4b46450104780000")
KFE1_NONCE = bytes(11) + b"\1"


def check_kfe1(envelope):
    """Steps that need no key. Returns the DEK id."""
    if len(envelope) < 8 or envelope[:3] != KFE1_HEAD[:3]:
        raise malformed("KFE1")
    if envelope[:8] != KFE1_HEAD:
        raise unsupported("version, suite or flags of KFE1")
    if not 104 <= len(envelope) <= 104 + MAX_PLAINTEXT:
        raise malformed("length of KFE1")
    return uuid.UUID(bytes=envelope[8:24])


def derive_kfe1(dek, salt):
    prk = hkdf_extract(salt, dek)
    return hkdf_expand(prk, b"\x04\x78DERIVEKEY", 32), hkdf_expand(prk, b"COMMITKEY", 32)


def open_kfe1(envelope, dek, dek_id, context):
    own_id = check_kfe1(envelope)
    aad = envelope[:88] + context_pairs(context)
    if own_id != dek_id:
        raise decrypt_failed()
    key, commitment = derive_kfe1(dek, envelope[24:56])
    if not hmac.compare_digest(commitment, envelope[56:88]):
        raise decrypt_failed()
    return gcm_open(key, KFE1_NONCE, aad, envelope[88:])


def seal_kfe1(plaintext, dek, dek_id, context, salt):
    if len(plaintext) > MAX_PLAINTEXT:
        raise Refused("TOO_LARGE")
    key, commitment = derive_kfe1(dek, salt)
    head = KFE1_HEAD + dek_id.bytes + salt + commitment
    return head + gcm_seal(key, KFE1_NONCE, head + context_pairs(context), plaintext)


# --- Wrapped DEK, KFW1 -------------------------------------------------------------------------------------------

KFW1_HEAD = bytes.fromhex("4b46570101")


def check_kfw1(blob):
    """Steps that need no key. Returns DEK id, key id and key version."""
    if len(blob) < 5 or blob[:3] != KFW1_HEAD[:3]:
        raise malformed("KFW1")
    if blob[:5] != KFW1_HEAD:
        raise unsupported("version or mode of KFW1")
    if len(blob) != 101:
        raise malformed("length of KFW1")
    return uuid.UUID(bytes=blob[5:21]), uuid.UUID(bytes=blob[21:37]), struct.unpack(">I", blob[37:41])[0]


def open_kfw1(blob, kek, purpose, tenant):
    check_kfw1(blob)
    aad = blob[:41] + canonical_pairs({"purpose": purpose, "tenant": tenant})
    return gcm_open(kek, blob[41:53], aad, blob[53:])


def seal_kfw1(dek, dek_id, kek, key_id, key_version, purpose, tenant, nonce):
    head = KFW1_HEAD + dek_id.bytes + key_id.bytes + struct.pack(">I", key_version)
    aad = head + canonical_pairs({"purpose": purpose, "tenant": tenant})
    return head + nonce + gcm_seal(kek, nonce, aad, dek)


# --- One column --------------------------------------------------------------------------------------------------


def split_one_column(stored):
    """K1 ‖ u16 101 ‖ KFW1 ‖ KFE1, as bytes or as base64url. Returns both parts, checked as far as no key is needed."""
    data = from_base64url(stored) if isinstance(stored, str) else stored
    if data[:4] != bytes.fromhex("4b310065"):
        raise malformed("one-column form")
    wrapped, envelope = data[4:105], data[105:]
    dek_id, _, _ = check_kfw1(wrapped)
    if check_kfe1(envelope) != dek_id:
        raise decrypt_failed()
    return wrapped, envelope


# --- An exported record ------------------------------------------------------------------------------------------


def _no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _no_constant(name):
    raise ValueError(name)


def parse_json(data, **options):
    """JSON in UTF-8 without names that stand twice; ValueError otherwise."""
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant, **options
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _text(value, what):
    if not isinstance(value, str):
        raise malformed(what)
    return value


class ExportedRecord:
    """One record, opened with find_kek(key_id, key_version) -> 32 bytes or None."""

    def __init__(self, export, find_kek):
        version, fields = export.get("key_version"), export.get("fields")
        if type(version) is not int or not isinstance(fields, dict):
            raise malformed("key_version or fields")
        self.place = {name: _text(export.get(name), name) for name in ("tenant", "collection", "record")}
        self.fields = fields
        stated = (_text(export.get("dek_id"), "dek_id"), _text(export.get("key_id"), "key_id"), version)
        purpose = _text(export.get("purpose"), "purpose")
        wrapped = from_base64(_text(export.get("wrapped_dek"), "wrapped_dek"))
        self.dek_id, key_id, key_version = check_kfw1(wrapped)
        if (str(self.dek_id), str(key_id), key_version) != stated:
            raise decrypt_failed()
        kek = find_kek(str(key_id), key_version) if key_version > 0 else None
        if kek is None:
            raise decrypt_failed()
        self.dek = open_kfw1(wrapped, kek, purpose, self.place["tenant"])

    def open_field(self, name):
        field = self.fields[name]
        context = field.get("context") if isinstance(field, dict) else None
        if not isinstance(context, dict) or not all(isinstance(value, str) for value in context.values()):
            raise malformed("context")
        envelope = from_base64(_text(field.get("ciphertext"), "ciphertext"))
        plaintext = open_kfe1(envelope, self.dek, self.dek_id, context)
        # The names that the value is reported under are authenticated by the context only.
        if any(context[pair] != value for pair, value in {**self.place, "field": name}.items()):
            raise decrypt_failed()
        try:
            return plaintext.decode("utf-8")
        except UnicodeDecodeError:
            raise decrypt_failed() from None


# --- Keys: what a KMS wraps, KFL1, KFC1 --------------------------------------------------------------------------


def kek_binding(key, purpose, tenant, version):
    return {"key": key, "purpose": purpose, "tenant": tenant, "version": str(version)}


def kek_payload(kek, binding):
    return kek + hashlib.sha256(b"KFW1" + canonical_pairs({"dek": "", **binding})).digest()


def open_kek_payload(payload, binding):
    if len(payload) != 64:
        raise Refused("KMS_BAD_RESPONSE")
    if not hmac.compare_digest(payload, kek_payload(payload[:32], binding)):
        raise Refused("KMS_INVALID_CIPHERTEXT")
    return payload[:32]


def seal_kfl1(payload, cmk, cmk_id, cmk_version, binding, nonce):
    head = b"KFL\1" + cmk_id.bytes + struct.pack(">I", cmk_version)
    return head + nonce + gcm_seal(cmk, nonce, head + canonical_pairs(binding), payload)


def open_kfl1(blob, cmk, binding):
    try:
        if len(blob) != 116 or blob[:4] != b"KFL\1":
            raise decrypt_failed()
        return gcm_open(cmk, blob[24:36], blob[:24] + canonical_pairs(binding), blob[36:])
    except Refused:
        raise Refused("KMS_INVALID_CIPHERTEXT") from None


def root_id(root):
    return hashlib.sha256(b"keyfold.root/v1" + root).digest()[:8]


def seal_kfc1(cmk, root, cmk_id, cmk_version, nonce):
    head = b"KFC\1" + root_id(root) + cmk_id.bytes + struct.pack(">I", cmk_version)
    return head + nonce + gcm_seal(root, nonce, head, cmk)


def open_kfc1(file, root, cmk_id, cmk_version):
    if len(file) != 92 or file[:4] != b"KFC\1" or file[12:32] != cmk_id.bytes + struct.pack(">I", cmk_version):
        raise Refused("KMS_BAD_RESPONSE")
    if file[4:12] != root_id(root):
        raise Refused("KMS_MISCONFIGURED")
    try:
        return gcm_open(root, file[32:44], file[:32], file[44:])
    except Refused:
        raise Refused("KMS_BAD_RESPONSE") from None


# --- The keepers' keyring, MACs and KFK1 -------------------------------------------------------------------------


def keyring_key(dk, name):
    return hkdf_expand(hkdf_extract(b"", dk), b"keyfold.%s/v1" % name, 32)


def row_mac(dk, table, pairs, blob):
    meaning = to_utf8(table) + canonical_pairs(pairs) + hashlib.sha256(blob).digest()
    return hmac.new(keyring_key(dk, b"meta"), b"keyfold.row/v1" + meaning, hashlib.sha256).digest()


def grant_mac(dk, table, pairs):
    meaning = to_utf8(table) + canonical_pairs(pairs)
    return hmac.new(keyring_key(dk, b"grant"), b"keyfold.grant/v1" + meaning, hashlib.sha256).digest()


def seal_kfk1(secret, dk, generation, cell, nonce):
    head = b"KFK\1" + struct.pack(">I", generation)
    return head + nonce + gcm_seal(keyring_key(dk, b"seal"), nonce, head + canonical_pairs(cell), secret)


def open_kfk1(sealed, dk, generation, cell):
    if len(sealed) < 4 or sealed[:3] != b"KFK":
        raise malformed("KFK1")
    if sealed[3] != 1:
        raise unsupported("version of KFK1")
    if len(sealed) < 36:
        raise malformed("length of KFK1")
    aad = sealed[:8] + canonical_pairs(cell)
    if sealed[4:8] != struct.pack(">I", generation):
        raise decrypt_failed()
    return gcm_open(keyring_key(dk, b"seal"), sealed[8:20], aad, sealed[20:])
