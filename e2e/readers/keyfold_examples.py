"""Checks of the document's examples and of the vectors, each a sentence and a test; used by keyfold_reader.py."""

import base64
import json
import os
import re
import uuid
from functools import partial

import keyfold_formats as kf
from keyfold_log import Tree, head_text, leaf_hash, read_entry, read_head
from keyfold_notes import key_id, read_checkpoint, vkey_text

unhex = bytes.fromhex


# --- docs/formats.md ---------------------------------------------------------------------------------------------


def document_checks(path):
    with open(path, encoding="utf-8") as file:
        document = file.read()

    def section(title, level):
        body = re.split(r"(?m)^%s %s$" % (level, title), document)[1]
        return re.split(r"(?m)^#{1,%d} " % len(level), body)[0]

    def fences(text):
        return re.findall(r"(?ms)^```\w*\n(.*?)^```$", text)

    example = fences(section("Canonical pairs", "##"))[1]
    yield ("canonical pairs", lambda: kf.canonical_pairs({"tenant": "t", "field": "email"}) == unhex(example))

    text = section("Worked example", "###")
    given, pairs, derived, envelope, wrapped, export = fences(text)
    value = dict(re.split(r" {2,}|(?<=version) ", line, maxsplit=1) for line in given.splitlines())
    context = dict(pair.split(": ") for pair in value["context"].strip("{}").split(", "))
    dek, kek, salt, nonce = (unhex(value[name]) for name in ("DEK", "KEK", "salt", "nonce"))
    dek_id, own_key_id = uuid.UUID(value["DEK id"]), uuid.UUID(value["key id"])
    purpose, tenant = value["purpose"], context["tenant"]
    plaintext = value["plaintext"].encode("utf-8")
    envelope, wrapped = unhex(envelope), unhex(wrapped)

    lines = [unhex(line) for line in pairs.splitlines()]
    own = [kf.canonical_pairs(context), kf.canonical_pairs({"purpose": purpose, "tenant": tenant})]
    yield ("pairs of the worked example", lambda: lines == own)
    yield ("payload key and commitment", lambda: tuple(map(unhex, derived.splitlines())) == kf.derive_kfe1(dek, salt))
    yield ("KFE1 written", lambda: kf.seal_kfe1(plaintext, dek, dek_id, context, salt) == envelope)
    yield ("KFE1 opened", lambda: kf.open_kfe1(envelope, dek, dek_id, context) == plaintext)
    sealed = kf.seal_kfw1(dek, dek_id, kek, own_key_id, int(value["key version"]), purpose, tenant, nonce)
    yield ("KFW1 written", lambda: sealed == wrapped)
    yield ("KFW1 opened", lambda: kf.open_kfw1(wrapped, kek, purpose, tenant) == dek)

    stored = unhex("4b310065") + wrapped + envelope
    in_text = base64.urlsafe_b64encode(stored).decode("ascii").rstrip("=")
    head = base64.urlsafe_b64encode(stored[:105]).decode("ascii")
    yield ("one column", lambda: kf.split_one_column(in_text) == kf.split_one_column(stored) == (wrapped, envelope))
    yield ("head of one column", lambda: len(head) == 140 and in_text.startswith(head))

    kek = unhex(re.search(r"with the KEK `([0-9a-f]{64})`", text)[1])
    export = kf.parse_json(export.encode("utf-8"))
    stated = dict(re.findall(r"`(\w+)` = `([^`]*)`", text.rsplit("```", 1)[1]), phone="")

    def opened():
        record = kf.ExportedRecord(export, lambda _, version: kek)
        return {name: record.open_field(name) for name in record.fields}

    yield ("exported record", lambda: opened() == stated)

    entries, tenant_tree, head, operators, global_tree, note, vkey, export = fences(section("Worked log", "###"))
    first, second = (line.encode("utf-8") for line in entries.splitlines())
    operators = operators.rstrip("\n").encode("utf-8")
    tenant_hashes = [unhex(line.split()[-1]) for line in tenant_tree.splitlines()]
    global_hashes = [unhex(line.split()[-1]) for line in global_tree.splitlines()]
    yield ("entries", lambda: read_entry(first) == read_entry(second) == read_head(head)[0])
    yield ("an operator's entry", lambda: read_entry(operators) is None)
    yield ("leaves and root of a tenant", lambda: tree_of(first, second) == tenant_hashes)
    yield ("head", lambda: head_text(read_entry(first), 2, tenant_hashes[2]) == head)
    yield ("leaves and root of the global tree", lambda: tree_of(operators, head.encode("ascii")) == global_hashes)
    yield ("checkpoint", lambda: read_checkpoint(note, vkey.rstrip("\n")) == (2, global_hashes[2]))
    yield ("line of an export", lambda: export == '{"leaf_index":1,"log":"acme","entry":%s}\n' % second.decode("utf-8"))


def tree_of(*leaves):
    tree, hashes = Tree(), [leaf_hash(leaf) for leaf in leaves]
    for node in hashes:
        tree.append(node)
    return [*hashes, tree.root()]


# --- lib/crypto/vectors ------------------------------------------------------------------------------------------


def _refuses(vector, test):
    try:
        test()
    except kf.Refused as refused:
        return refused.code == vector["error"]
    except ValueError:
        return vector["error"] in ("ENTRY_INVALID", "CHECKPOINT_INVALID")
    return False


def _binding(vector):
    return kf.kek_binding(vector["key"], vector["purpose"], vector["tenant"], vector["version"])


def _envelope(vector):
    return kf.open_kfe1(unhex(vector["envelope"]), unhex(vector["dek"]), uuid.UUID(vector["dek_id"]), vector["context"])


def _wrapped(vector):
    """The DEK that a wrapped DEK holds, asked of the KEK of one key and version."""
    blob = unhex(vector["wrapped"])
    _, key, version = kf.check_kfw1(blob)
    if (str(key), version) != (vector["key_id"], vector["key_version"]):
        raise kf.decrypt_failed()
    return kf.open_kfw1(blob, unhex(vector["kek"]), vector["purpose"], vector["tenant"])


def _kfk1(vector):
    cell = {name: vector[name] for name in ("column", "id", "table", "tenant")}
    return kf.open_kfk1(unhex(vector["sealed"]), unhex(vector["dk"]), vector["generation"], cell)


def _pairs(vectors):
    for v in vectors["positive"]:
        yield v, lambda v=v: kf.canonical_pairs(v["pairs"]) == unhex(v["bytes"])
    for v in vectors["negative"]:
        yield v, partial(_refuses, v, lambda v=v: kf.canonical_pairs(v["pairs"]))


def _base64(vectors):
    for v in vectors["positive"]:
        yield v, lambda v=v: kf.from_base64(v["text"]) == unhex(v["bytes"])
    for v in vectors["negative"]:
        yield v, partial(_refuses, v, lambda v=v: kf.from_base64(v["text"]))


def _kfe1(vectors):
    def sealed(v):
        dek_id = uuid.UUID(v["dek_id"])
        return kf.seal_kfe1(unhex(v["plaintext"]), unhex(v["dek"]), dek_id, v["context"], unhex(v["salt"]))

    for v in vectors["positive"]:
        yield v, lambda v=v: sealed(v) == unhex(v["envelope"]) and _envelope(v) == unhex(v["plaintext"])
    for v in vectors["negative"]:
        yield v, partial(_refuses, v, partial(_envelope, v))


def _kfw1(vectors):
    def sealed(v):
        ids = uuid.UUID(v["dek_id"]), unhex(v["kek"]), uuid.UUID(v["key_id"])
        return kf.seal_kfw1(unhex(v["dek"]), *ids, v["key_version"], v["purpose"], v["tenant"], unhex(v["nonce"]))

    for v in vectors["positive"]:
        yield v, lambda v=v: sealed(v) == unhex(v["wrapped"]) and _wrapped(v) == unhex(v["dek"])
    for v in vectors["negative"]:
        yield v, partial(_refuses, v, partial(_wrapped, v))


def _column(vectors):
    for v in vectors["positive"]:
        parts = unhex(v["wrapped"]), unhex(v["envelope"])
        split = [lambda v=v: kf.split_one_column(v["text"]), lambda v=v: kf.split_one_column(unhex(v["column"]))]
        yield v, lambda parts=parts, split=split: all(each() == parts for each in split)
    for v in vectors["negative"]:
        yield v, partial(_refuses, v, lambda v=v: kf.split_one_column(unhex(v["column"])))
    for v in vectors["negative_text"]:
        yield v, partial(_refuses, v, lambda v=v: kf.split_one_column(v["text"]))


def _export(vectors):
    def opened(v):
        record = kf.ExportedRecord(v["body"], lambda _, version: unhex(v["kek"]))
        return {name: record.open_field(name) for name in record.fields}

    for v in vectors:
        yield v, lambda v=v: opened(v) == v["values"]


def _payload(vectors):
    for v in vectors["positive"]:
        yield v, lambda v=v: kf.kek_payload(unhex(v["kek"]), _binding(v)) == unhex(v["payload"])
    for v in vectors["negative"]:
        yield v, partial(_refuses, v, lambda v=v: kf.open_kek_payload(unhex(v["payload"]), _binding(v)))


def _local(vectors):
    def place(v):
        return uuid.UUID(v["cmk_id"]), v["cmk_version"]

    def open_file(v):
        return kf.open_kfc1(unhex(v["file"]), unhex(v["root"]), *place(v))

    def open_blob(v):
        return kf.open_kfl1(unhex(v["blob"]), unhex(v["cmk"]), v["pairs"])

    def file_fits(v):
        written = kf.seal_kfc1(unhex(v["cmk"]), unhex(v["root"]), *place(v), unhex(v["nonce"]))
        return written == unhex(v["file"]) and open_file(v) == unhex(v["cmk"])

    def blob_fits(v):
        written = kf.seal_kfl1(unhex(v["payload"]), unhex(v["cmk"]), *place(v), v["pairs"], unhex(v["nonce"]))
        return written == unhex(v["blob"]) and open_blob(v) == unhex(v["payload"])

    for v in vectors["cmk_file"]["positive"]:
        yield v, partial(file_fits, v)
    for v in vectors["cmk_file"]["negative"]:
        yield v, partial(_refuses, v, partial(open_file, v))
    for v in vectors["blob"]["positive"]:
        yield v, partial(blob_fits, v)
    for v in vectors["blob"]["negative"]:
        yield v, partial(_refuses, v, partial(open_blob, v))


def _keyring(vectors):
    def mac_fits(v):
        if "blob" in v:
            mac = kf.row_mac(unhex(v["dk"]), v["table"], v["pairs"], unhex(v["blob"]))
        else:
            mac = kf.grant_mac(unhex(v["dk"]), v["table"], v["pairs"])
        return mac.hex() == v["mac"]

    def sealed(v):
        cell = {name: v[name] for name in ("column", "id", "table", "tenant")}
        return kf.seal_kfk1(unhex(v["plaintext"]), unhex(v["dk"]), v["generation"], cell, unhex(v["nonce"]))

    for v in vectors["keyring"]:
        for name in (b"meta", b"seal", b"grant"):
            key = v["k_" + name.decode("ascii")]
            yield v, lambda v=v, name=name, key=key: kf.keyring_key(unhex(v["dk"]), name).hex() == key
    for table in ("row_mac", "grant_mac"):
        for v in vectors[table]["positive"]:
            yield v, partial(mac_fits, v)
        for v in vectors[table]["negative"]:
            yield v, lambda v=v: not mac_fits(v)
    for v in vectors["seal"]["positive"]:
        yield v, lambda v=v: sealed(v) == unhex(v["sealed"]) and _kfk1(v) == unhex(v["plaintext"])
    for v in vectors["seal"]["negative"]:
        yield v, partial(_refuses, v, partial(_kfk1, v))


def _audit(vectors):
    def read_leaf(text):
        return read_head(text) if text.startswith("keyfold.head/v1\n") else read_entry(text.encode("utf-8"))

    def leaf_fits(v):
        return leaf_hash(v["text"].encode("utf-8")).hex() == v["leaf"]

    def head_fits(v):
        root = unhex(v["root"])
        head = v["tenant"], v["size"], root
        return read_head(v["text"]) == head and head_text(*head) == v["text"]

    def tree_fits(v):
        tree = Tree()
        for leaf in v["leaves"]:
            tree.append(unhex(leaf))
        return tree.root().hex() == v["root"]

    def checkpoint_fits(v):
        name, key = "keyfold/%s/e%d" % (v["deployment"], v["epoch"]), unhex(v["public_key"])
        named = key_id(name, key).hex() == v["key_id"] and vkey_text(name, key) == v["vkey"]
        return named and read_checkpoint(v["note"], v["vkey"]) == (v["size"], unhex(v["root"]))

    def line_fits(v):
        place = json.dumps(v["leaf_index"]), v["log"]
        return v["line"] == '{"leaf_index":%s,"log":"%s","entry":%s}' % (*place, v["entry"])

    for v in vectors["entries"]["positive"]:
        yield v, lambda v=v: leaf_fits(v) and read_leaf(v["text"]) == v["tenant"]
    for v in vectors["heads"]["positive"]:
        yield v, lambda v=v: leaf_fits(v) and head_fits(v)
    for v in vectors["entries"]["negative"] + vectors["heads"]["negative"]:
        yield v, partial(_refuses, v, lambda v=v: read_leaf(v["text"]))
    for v in vectors["trees"]:
        yield v, partial(tree_fits, v)
    for v in vectors["checkpoints"]["positive"]:
        yield v, partial(checkpoint_fits, v)
    for v in vectors["checkpoints"]["negative"]:
        yield v, partial(_refuses, v, lambda v=v: read_checkpoint(v["note"], v["vkey"]))
    for v in vectors["exports"]:
        yield v, partial(line_fits, v)


FILES = {
    "pairs": _pairs,
    "base64": _base64,
    "envelope": _kfe1,
    "wrapped-dek": _kfw1,
    "storage-form": _column,
    "export": _export,
    "kek-payload": _payload,
    "local-kms": _local,
    "keyring": _keyring,
    "audit": _audit,
}


def vector_checks(folder):
    names = {name[:-5] for name in os.listdir(folder) if name.endswith(".json")}
    yield "every file is known", lambda: names == set(FILES)
    for name, checks in FILES.items():
        with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
            vectors = json.load(file)
        for vector, test in checks(vectors):
            yield "%s: %s" % (name, vector["name"]), test
