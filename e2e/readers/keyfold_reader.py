#!/usr/bin/env python3
"""A second reader of Keyfold's formats, written from docs/formats.md alone. It shares no code with Keyfold.

It needs Python 3.8 or newer and nothing else. Where the package `cryptography` is installed, its AES-256-GCM is
used, because it is fast and runs in constant time; otherwise, or with --pure-python, the one below.

    keyfold_reader.py open (--kek HEX | --keks FILE) [--pure-python] < records.jsonl

        stdin   exported records, one JSON object a line: the body of
                GET /v1/tenants/:tenant/records/:collection/:record?form=envelope
        --kek   one KEK, 64 hexadecimal digits, used for every record
        --keks  JSON lines { "key_id": UUID, "version": number, "kek": 64 hexadecimal digits }; other members are
                ignored. A record whose key version is not in the file is DECRYPT_FAILED.
        stdout  one line for each field that opened: { "collection", "record", "field", "value" }
        stderr  one line for each failure: { "line", "collection", "record", "field", "code" }. What is not known, or
                does not apply, is null; with "field": null nothing of that record was opened.

    keyfold_reader.py log EXPORT.jsonl

        file    the leaves of one or more trees, each tree's in the order of its indexes, one leaf a line: an entry
                (the exact bytes, which hold no line feed), or the head of a tenant's tree as a JSON string
        stdout  one line for each tree: { "tree": tenant's UUID, "size", "root": base64 }, and, when there are
                operator's entries or heads, { "tree": "global", "size", "root", "heads_checked", "heads_unchecked" }.
                A head is checked when the entries of its tenant are in the file.
        stderr  { "line", "code": "LOG_REFUSED", "message" }; then nothing was printed

    keyfold_reader.py verify-document docs/formats.md [--pure-python]

        Writes and opens what the document's examples state, and compares every byte.
        stdout  one line for each check: { "check", "ok" }

Exit status: 0 everything is in order, 1 something was refused, 2 wrong use.

Codes of `open`: ENVELOPE_MALFORMED (also: a line that is not such a JSON object), ENVELOPE_UNSUPPORTED,
DECRYPT_FAILED, INVALID_INPUT. LOG_REFUSED is this program's own word: the document names none for the log.
"""

import argparse
import base64
import hashlib
import hmac
import json
import math
import re
import struct
import sys
import uuid
from decimal import Decimal

MAX_PLAINTEXT = 16 * 1024 * 1024
MAX_ENTRY = 16384
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


# --- AES-256-GCM (FIPS 197, NIST SP 800-38D) ---------------------------------------------------------------------


def _aes_tables():
    power, log = [0] * 256, [0] * 256
    x = 1
    for i in range(255):  # powers of 3, a generator of the field
        power[i], log[x] = x, i
        x ^= (x << 1) ^ (0x11B if x & 0x80 else 0)
        x &= 0xFF
    sbox = []
    for value in range(256):
        b = 0 if value == 0 else power[(255 - log[value]) % 255]
        sbox.append(b ^ _rotl8(b, 1) ^ _rotl8(b, 2) ^ _rotl8(b, 3) ^ _rotl8(b, 4) ^ 0x63)
    first = []
    for s in sbox:
        twice = (s << 1) ^ (0x11B if s & 0x80 else 0)
        first.append(twice << 24 | s << 16 | s << 8 | (twice ^ s))
    rounds = [[(t >> 8 * n | t << (32 - 8 * n)) & 0xFFFFFFFF for t in first] for n in range(4)]
    return sbox, rounds


def _rotl8(b, n):
    return (b << n | b >> (8 - n)) & 0xFF


SBOX, ROUND_TABLES = _aes_tables()


def _sub_word(w):
    return SBOX[w >> 24] << 24 | SBOX[w >> 16 & 255] << 16 | SBOX[w >> 8 & 255] << 8 | SBOX[w & 255]


class _Aes256:
    def __init__(self, key):
        words = list(struct.unpack(">8I", key))
        rcon = 1
        for i in range(8, 60):
            w = words[i - 1]
            if i % 8 == 0:
                w = _sub_word((w << 8 | w >> 24) & 0xFFFFFFFF) ^ rcon << 24
                rcon <<= 1
            elif i % 8 == 4:
                w = _sub_word(w)
            words.append(words[i - 8] ^ w)
        self.words = words

    def block(self, data):
        k = self.words
        t0, t1, t2, t3 = ROUND_TABLES
        s = [w ^ k[i] for i, w in enumerate(struct.unpack(">4I", data))]
        for r in range(4, 56, 4):
            s = [
                t0[s[i] >> 24]
                ^ t1[s[(i + 1) & 3] >> 16 & 255]
                ^ t2[s[(i + 2) & 3] >> 8 & 255]
                ^ t3[s[(i + 3) & 3] & 255]
                ^ k[r + i]
                for i in range(4)
            ]
        return struct.pack(
            ">4I",
            *(
                _sub_word(
                    s[i] & 0xFF000000
                    | s[(i + 1) & 3] & 0xFF0000
                    | s[(i + 2) & 3] & 0xFF00
                    | s[(i + 3) & 3] & 0xFF
                )
                ^ k[56 + i]
                for i in range(4)
            ),
        )


class PureGcm:
    """AES-256-GCM in Python: slow, and not in constant time."""

    def __init__(self, key):
        self.aes = _Aes256(key)
        h = int.from_bytes(self.aes.block(bytes(16)), "big")
        self.multiples = []  # H, H·x, H·x², …
        for _ in range(128):
            self.multiples.append(h)
            h = h >> 1 ^ (0xE1 << 120 if h & 1 else 0)

    def _ctr(self, nonce, data):
        out = bytearray()
        for i in range(0, len(data), 16):
            pad = self.aes.block(nonce + struct.pack(">I", i // 16 + 2))
            out += bytes(a ^ b for a, b in zip(data[i : i + 16], pad))
        return bytes(out)

    def _tag(self, nonce, aad, ciphertext):
        y = 0
        sizes = struct.pack(">QQ", 8 * len(aad), 8 * len(ciphertext))
        for part in (aad, ciphertext, sizes):
            for i in range(0, len(part), 16):
                x = y ^ int.from_bytes(part[i : i + 16].ljust(16, b"\0"), "big")
                y = 0
                for n, multiple in enumerate(self.multiples):
                    if x >> (127 - n) & 1:
                        y ^= multiple
        mask = self.aes.block(nonce + b"\0\0\0\1")
        return bytes(a ^ b for a, b in zip(y.to_bytes(16, "big"), mask))

    def seal(self, nonce, aad, plaintext):
        ciphertext = self._ctr(nonce, plaintext)
        return ciphertext + self._tag(nonce, aad, ciphertext)

    def open(self, nonce, aad, sealed):
        ciphertext, tag = sealed[:-16], sealed[-16:]
        if not hmac.compare_digest(tag, self._tag(nonce, aad, ciphertext)):
            raise decrypt_failed()
        return self._ctr(nonce, ciphertext)


class LibraryGcm:
    """The same by the package `cryptography`; ImportError where there is none."""

    def __init__(self, key):
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.gcm, self.invalid_tag = AESGCM(key), InvalidTag

    def seal(self, nonce, aad, plaintext):
        return self.gcm.encrypt(nonce, plaintext, aad)

    def open(self, nonce, aad, sealed):
        try:
            return self.gcm.decrypt(nonce, sealed, aad)
        except self.invalid_tag:
            raise decrypt_failed() from None


pure_python = False


def gcm(key):
    global pure_python
    if not pure_python:
        try:
            return LibraryGcm(key)
        except ImportError:
            pure_python = True
    return PureGcm(key)


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
    return gcm(key).open(KFE1_NONCE, aad, envelope[88:])


def seal_kfe1(plaintext, dek, dek_id, context, salt):
    if len(plaintext) > MAX_PLAINTEXT:
        raise Refused("TOO_LARGE")
    key, commitment = derive_kfe1(dek, salt)
    head = KFE1_HEAD + dek_id.bytes + salt + commitment
    return head + gcm(key).seal(KFE1_NONCE, head + context_pairs(context), plaintext)


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
    return gcm(kek).open(blob[41:53], aad, blob[53:])


def seal_kfw1(dek, dek_id, kek, key_id, key_version, purpose, tenant, nonce):
    head = KFW1_HEAD + dek_id.bytes + key_id.bytes + struct.pack(">I", key_version)
    aad = head + canonical_pairs({"purpose": purpose, "tenant": tenant})
    return head + nonce + gcm(kek).seal(nonce, aad, dek)


# --- One column --------------------------------------------------------------------------------------------------


def split_one_column(stored):
    """K1 ‖ u16 101 ‖ KFW1 ‖ KFE1, as bytes or as base64url. Returns both parts, checked as far as no key is needed."""
    data = from_base64url(stored) if isinstance(stored, str) else stored
    if len(data) < 105 or data[:4] != bytes.fromhex("4b310065"):
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
        kek = find_kek(str(key_id), key_version)
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


def _write(stream, members, ascii_only=False):
    line = json.dumps(members, ensure_ascii=ascii_only, separators=(",", ":")) + "\n"
    stream.buffer.write(line.encode("utf-8"))


def run_open(find_kek):
    status = 0

    def report(code, field=None):
        nonlocal status
        status = 1
        names = {name: export.get(name) if isinstance(export, dict) else None for name in ("collection", "record")}
        _write(sys.stderr, {"line": number, **names, "field": field, "code": code}, ascii_only=True)

    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        export = None
        try:
            export = parse_json(line)
            if not isinstance(export, dict):
                raise malformed("not an object")
            record = ExportedRecord(export, find_kek)
        except Refused as refused:
            report(refused.code)
            continue
        except ValueError:
            report("ENVELOPE_MALFORMED")
            continue
        for name in record.fields:
            try:
                value = record.open_field(name)
            except Refused as refused:
                report(refused.code, name)
                continue
            place = {"collection": record.place["collection"], "record": record.place["record"]}
            _write(sys.stdout, {**place, "field": name, "value": value})
    return status


# --- The log -----------------------------------------------------------------------------------------------------


def canonical_json(value):
    """RFC 8785, of what parse_json(…, parse_int=float) returns."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return _ecmascript_number(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical_json(item) for item in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(canonical_json(name) + ":" + canonical_json(value[name]) for name in names) + "}"


def _ecmascript_number(number):
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    if number == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(number)).as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + exponent
    text = text.rstrip("0")
    if len(text) <= point <= 21:
        text += "0" * (point - len(text))
    elif 0 < point <= 21:
        text = text[:point] + "." + text[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + text
    else:
        text = text[0] + ("." + text[1:] if len(text) > 1 else "") + "e%+d" % (point - 1)
    return ("-" if sign else "") + text


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


class Tree:
    """RFC 6962 section 2.1 with SHA-256, leaf by leaf: `peaks` are the roots of its perfect subtrees."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, node):
        """`node` is the hash of the next leaf."""
        size = self.size
        while size & 1:
            node, size = hashlib.sha256(b"\1" + self.peaks.pop() + node).digest(), size >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\1" + peak + node).digest()
        return node


def read_entry(line):
    """The tenant of an entry, or None; ValueError if these are not the bytes of one."""
    if len(line) > MAX_ENTRY:
        raise ValueError("longer than 16,384 bytes")
    entry = parse_json(line, parse_int=float)
    try:
        canonical = canonical_json(entry).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if canonical != line:
        raise ValueError("not in canonical form")
    tenant = entry.get("tenant", "")
    if entry.get("v") != 1 or entry["v"] is True:
        raise ValueError("unknown version")
    if tenant is not None and not (isinstance(tenant, str) and UUID_TEXT.fullmatch(tenant)):
        raise ValueError("tenant is neither a UUID nor null")
    return tenant


def read_head(text):
    """Tenant, size and root of a head; ValueError if it is not one."""
    match = re.fullmatch(r"keyfold\.head/v1\n(.*)\n([1-9][0-9]{0,15})\n(.*)\n", text)
    if not match or not UUID_TEXT.fullmatch(match[1]):
        raise ValueError("not a head")
    try:
        root = from_base64(match[3])
    except Refused:
        raise ValueError("root of a head is not base64") from None
    if len(root) != 32:
        raise ValueError("root of a head is not 32 bytes")
    return match[1], int(match[2]), root


def run_log(path):
    tenants, world, heads = {}, Tree(), {}

    def refuse(number, message):
        _write(sys.stderr, {"line": number, "code": "LOG_REFUSED", "message": message})
        return 1

    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            leaf = line[:-1] if line.endswith(b"\n") else line
            try:
                if leaf.startswith(b"{"):
                    tenant = read_entry(leaf)
                    if tenant is None:
                        world.append(leaf_hash(leaf))
                    else:
                        tenants.setdefault(tenant, []).append(leaf_hash(leaf))
                elif leaf.startswith(b'"'):
                    text = parse_json(leaf)
                    tenant, size, root = read_head(text)
                    before = heads.setdefault(tenant, [])
                    if before and (size < before[-1][1] or (size == before[-1][1] and root != before[-1][2])):
                        raise ValueError("a head that contradicts the one before it")
                    before.append((number, size, root))
                    world.append(leaf_hash(text.encode("ascii")))
                else:
                    raise ValueError("neither an entry nor a head")
            except ValueError as error:
                return refuse(number, str(error))

    out, checked = [], 0
    for tenant, hashes in tenants.items():
        tree = Tree()
        waiting = list(reversed(heads.pop(tenant, [])))
        for node in hashes:
            tree.append(node)
            while waiting and waiting[-1][1] == tree.size:
                number, _, root = waiting.pop()
                if root != tree.root():
                    return refuse(number, "the tenant's entries do not have this root")
                checked += 1
        if waiting:
            return refuse(waiting[-1][0], "the tenant has fewer entries than this head says")
        out.append({"tree": tenant, "size": tree.size, "root": base64.b64encode(tree.root()).decode("ascii")})
    if world.size:
        root = base64.b64encode(world.root()).decode("ascii")
        counts = {"heads_checked": checked, "heads_unchecked": sum(map(len, heads.values()))}
        out.append({"tree": "global", "size": world.size, "root": root, **counts})
    for members in out:
        _write(sys.stdout, members)
    return 0


# --- The document's examples -------------------------------------------------------------------------------------


def run_verify_document(path):
    with open(path, encoding="utf-8") as file:
        document = file.read()
    status = 0

    def check(what, test):
        nonlocal status
        try:
            ok = test()
        except Refused:
            ok = False
        status = status if ok else 1
        _write(sys.stdout, {"check": what, "ok": ok})

    def section(title, level):
        body = re.split(r"(?m)^%s %s$" % (level, title), document)[1]
        return re.split(r"(?m)^#{1,%d} " % len(level), body)[0]

    def fences(text):
        return re.findall(r"(?ms)^```\w*\n(.*?)^```$", text)

    example = fences(section("Canonical pairs", "##"))[1]
    check("canonical pairs", lambda: canonical_pairs({"tenant": "t", "field": "email"}) == bytes.fromhex(example))

    text = section("Worked example", "###")
    given, pairs, derived, envelope, wrapped, export = fences(text)
    value = dict(re.split(r" {2,}|(?<=version) ", line, maxsplit=1) for line in given.splitlines())
    context = dict(pair.split(": ") for pair in value["context"].strip("{}").split(", "))
    dek, kek, salt, nonce = (bytes.fromhex(value[name]) for name in ("DEK", "KEK", "salt", "nonce"))
    dek_id, key_id = uuid.UUID(value["DEK id"]), uuid.UUID(value["key id"])
    purpose, tenant = value["purpose"], context["tenant"]
    plaintext = value["plaintext"].encode("utf-8")
    envelope, wrapped = bytes.fromhex(envelope), bytes.fromhex(wrapped)

    lines = [bytes.fromhex(line) for line in pairs.splitlines()]
    own = [canonical_pairs(context), canonical_pairs({"purpose": purpose, "tenant": tenant})]
    check("pairs of the worked example", lambda: lines == own)
    check("payload key and commitment", lambda: tuple(map(bytes.fromhex, derived.splitlines())) == derive_kfe1(dek, salt))
    check("KFE1 written", lambda: seal_kfe1(plaintext, dek, dek_id, context, salt) == envelope)
    check("KFE1 opened", lambda: open_kfe1(envelope, dek, dek_id, context) == plaintext)
    sealed = seal_kfw1(dek, dek_id, kek, key_id, int(value["key version"]), purpose, tenant, nonce)
    check("KFW1 written", lambda: sealed == wrapped)
    check("KFW1 opened", lambda: open_kfw1(wrapped, kek, purpose, tenant) == dek)

    stored = bytes.fromhex("4b310065") + wrapped + envelope
    in_text = base64.urlsafe_b64encode(stored).decode("ascii").rstrip("=")
    head = base64.urlsafe_b64encode(stored[:105]).decode("ascii")
    check("one column", lambda: split_one_column(in_text) == split_one_column(stored) == (wrapped, envelope))
    check("head of one column", lambda: len(head) == 140 and in_text.startswith(head))

    kek = bytes.fromhex(re.search(r"with the KEK `([0-9a-f]{64})`", text)[1])
    export = parse_json(export.encode("utf-8"))
    stated = dict(re.findall(r"`(\w+)` = `([^`]*)`", text.rsplit("```", 1)[1]), phone="")

    def opened():
        record = ExportedRecord(export, lambda key_id, version: kek)
        return {name: record.open_field(name) for name in record.fields}

    check("exported record", lambda: opened() == stated)
    return status


# --- Command line ------------------------------------------------------------------------------------------------


def parse_kek(text):
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("a KEK is 64 hexadecimal digits")
    return bytes.fromhex(text)


def read_keks(path):
    keks = {}
    with open(path, "rb") as file:
        for line in filter(bytes.strip, file):
            member = parse_json(line)
            name = (member["key_id"], member["version"])
            if not UUID_TEXT.fullmatch(name[0]) or type(name[1]) is not int or name in keks:
                raise ValueError("a wrong key id or version, or one that stands twice")
            keks[name] = parse_kek(member["kek"])
    return lambda key_id, version: keks.get((key_id, version))


def one_kek(text):
    kek = parse_kek(text)
    return lambda key_id, version: kek


def main(arguments):
    parser = argparse.ArgumentParser(description="Reads Keyfold's formats without Keyfold; see the head of this file.")
    commands = parser.add_subparsers(dest="command", required=True)
    opener = commands.add_parser("open", help="open exported records from stdin")
    keys = opener.add_mutually_exclusive_group(required=True)
    keys.add_argument("--kek", metavar="HEX")
    keys.add_argument("--keks", metavar="FILE")
    commands.add_parser("log", help="recompute the roots of an exported log").add_argument("file")
    verifier = commands.add_parser("verify-document", help="check the examples of docs/formats.md")
    verifier.add_argument("file")
    for command in (opener, verifier):
        command.add_argument("--pure-python", action="store_true", help="do not use the package cryptography")
    options = parser.parse_args(arguments)
    global pure_python
    pure_python = getattr(options, "pure_python", False)
    if options.command == "log":
        return run_log(options.file)
    if options.command == "verify-document":
        return run_verify_document(options.file)
    try:
        find_kek = read_keks(options.keks) if options.keks else one_kek(options.kek)
    except OSError as error:
        parser.error(str(error))
    except (ValueError, KeyError, TypeError) as error:
        # Never the line itself: it holds a key.
        parser.error("the keys cannot be read: " + (str(error) if type(error) is ValueError else type(error).__name__))
    return run_open(find_kek)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
