"""Keyfold's audit log, as docs/formats.md states it: entries, heads, trees and exports.

Used by keyfold_reader.py.
"""

import base64
import hashlib
import json
import math
import re
from datetime import datetime
from decimal import Decimal

from keyfold_formats import parse_json
from keyfold_notes import SIZE, is_uuid, read_anchor, read_checkpoint, root_of, size_of

MAX_ENTRY = 16384
EXPORT_LINE = re.compile(rb'\{"leaf_index":(null|0|[1-9][0-9]{0,15}),"log":"([a-z0-9_-]+)","entry":(\{.*\})\}')
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d\.\d{3}Z", re.ASCII)


class LogRefused(Exception):
    """What does not verify: one of the document's codes, the line of the file where there is one, and a sentence."""

    def __init__(self, code, message, line=None):
        super().__init__(message)
        self.code, self.line = code, line


# --- RFC 8785 ----------------------------------------------------------------------------------------------------


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


# --- Trees -------------------------------------------------------------------------------------------------------


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


# --- Entries and heads -------------------------------------------------------------------------------------------


def _is_text(low, high):
    return lambda value: isinstance(value, str) and low <= len(value) <= high


def _is_instant(value):
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return False
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ") is not None
    except ValueError:
        return False


def _is_one_of(*words):
    return lambda value: isinstance(value, str) and value in words


def _is_action(value):
    return _is_text(1, 64)(value) and re.fullmatch(r"[a-z_]+\.[a-z_]+", value) is not None


def _is_object(**members):
    """A member whose rule stands in a tuple may be left out."""

    def check(value):
        if not isinstance(value, dict) or not set(value) <= set(members):
            return False
        for name, rule in members.items():
            optional = isinstance(rule, tuple)
            if name not in value:
                if optional:
                    continue
                return False
            if not (rule[0] if optional else rule)(value[name]):
                return False
        return True

    return check


_is_entry = _is_object(
    v=lambda value: value == 1 and value is not True,
    id=is_uuid,
    t=_is_instant,
    tenant=lambda value: value is None or is_uuid(value),
    source=_is_one_of("console", "keeper", "cli"),
    actor=_is_object(
        type=_is_one_of("person", "token", "cli", "keeper", "anonymous"),
        id=_is_text(1, 120),
        session=(_is_text(1, 120),),
    ),
    action=_is_action,
    target=_is_object(type=_is_text(1, 32), id=_is_text(1, 500)),
    outcome=_is_one_of("ok", "denied", "error"),
    reason=(_is_text(0, 300),),
    req=_is_text(1, 120),
    cause=(is_uuid,),
    detail=lambda value: isinstance(value, dict),
)


def read_entry(leaf):
    """The tenant of an entry, or None; ValueError if these are not the bytes of one."""
    if len(leaf) > MAX_ENTRY:
        raise ValueError("longer than 16,384 bytes")
    entry = parse_json(leaf, parse_int=float)
    try:
        canonical = canonical_json(entry).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if canonical != leaf:
        raise ValueError("not in canonical form")
    if not _is_entry(entry):
        raise ValueError("not an entry of version 1")
    return entry["tenant"]


def head_text(tenant, size, root):
    return "keyfold.head/v1\n%s\n%d\n%s\n" % (tenant, size, base64.b64encode(root).decode("ascii"))


def read_head(text):
    """Tenant, size and root of a head; ValueError if it is not one."""
    match = re.fullmatch(r"keyfold\.head/v1\n(.*)\n%s\n(.*)\n" % SIZE, text)
    if not match or not is_uuid(match[1]) or match[2] == "0":
        raise ValueError("not a head")
    return match[1], size_of(match[2]), root_of(match[3])


# --- A file of leaves --------------------------------------------------------------------------------------------


class Leaves:
    """What a file holds: the leaves of each tree, in their order or each with its index, and the heads among them."""

    def __init__(self):
        self.hashes, self.placed, self.unplaced, self.heads = {}, {}, {}, {}

    def add(self, tree, leaf):
        self.hashes.setdefault(tree, []).append(leaf_hash(leaf))

    def add_line(self, number, line):
        if line.startswith(b'{"leaf_index":'):
            self._add_exported(number, line)
        elif line.startswith(b"{"):
            self.add(read_entry(line), line)
        elif line.startswith(b'"'):
            text = parse_json(line)
            self._add_head(number, *read_head(text))
            self.add(None, text.encode("ascii"))
        else:
            raise ValueError("neither an entry nor a head")

    def _add_exported(self, number, line):
        match = EXPORT_LINE.fullmatch(line)
        if not match:
            raise ValueError("not a line of an export, or one whose entry was changed")
        tree = read_entry(match[3])
        if (tree is None) != (match[2] == b"global"):
            raise LogRefused("ENTRY_FOREIGN", "the entry is not of the log that the line says", number)
        placed = self.placed.setdefault(tree, {})
        if match[1] == b"null":
            self.unplaced[tree] = self.unplaced.get(tree, 0) + 1
        elif int(match[1]) in placed:
            raise LogRefused("LEAF_REPEATED", "the index stands twice", number)
        else:
            placed[int(match[1])] = leaf_hash(match[3])

    def _add_head(self, number, tenant, size, root):
        heads = self.heads.setdefault(tenant, [])
        if heads and (size < heads[-1][1] or (size == heads[-1][1] and root != heads[-1][2])):
            raise LogRefused("HEAD_INCONSISTENT", "a head that contradicts the one before it", number)
        heads.append((number, size, root))


def read_leaves(path):
    leaves = Leaves()
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                leaves.add_line(number, line[:-1] if line.endswith(b"\n") else line)
            except ValueError as error:
                raise LogRefused("ENTRY_INVALID", str(error), number) from None
    if leaves.hashes and leaves.placed:
        raise LogRefused("ENTRY_INVALID", "lines of an export and bare leaves do not mix")
    return leaves


def _in_order(placed):
    """The hashes of an export's leaves by their indexes."""
    for index in range(len(placed)):
        if index not in placed:
            raise LogRefused("LEAF_MISSING", "the export has no leaf %d: it is a part of the tree" % index)
    return [placed[index] for index in range(len(placed))]


def _check_tenant(hashes, heads):
    """The tree of a tenant, held against its heads."""
    tree, waiting = Tree(), list(reversed(heads))
    for node in hashes:
        tree.append(node)
        while waiting and waiting[-1][1] == tree.size:
            number, _, root = waiting.pop()
            if root != tree.root():
                raise LogRefused("ROOT_MISMATCH", "the tenant's entries do not have this root", number)
    if waiting:
        raise LogRefused("TREE_TRUNCATED", "the tenant has fewer entries than this head says", waiting[-1][0])
    return tree


def _check_global(hashes, anchor, vkey):
    """The global tree, held against its checkpoints, and how many those are."""
    checkpoints = []
    for number, note in enumerate(read_anchor(anchor), 1):
        try:
            checkpoints.append((number, *read_checkpoint(note, vkey)))
        except ValueError as error:
            raise LogRefused("ANCHOR_INVALID", "checkpoint %d: %s" % (number, error)) from None
    tree, done = Tree(), 0
    for node in [None, *hashes]:
        if node is not None:
            tree.append(node)
        while done < len(checkpoints) and checkpoints[done][1] <= tree.size:
            number, size, root = checkpoints[done]
            if size < tree.size:
                raise LogRefused("ANCHOR_ORDER", "checkpoint %d is smaller than the one before it" % number)
            if root != tree.root():
                raise LogRefused("ANCHOR_ROOT", "checkpoint %d has another root than the tree" % number)
            done += 1
    if done < len(checkpoints):
        raise LogRefused("ANCHOR_AHEAD", "checkpoint %d is of a larger tree" % checkpoints[done][0])
    return tree, done


def check_log(path, anchor=None, vkey=None):
    """What stands in a file of leaves, one answer for each tree; LogRefused if it does not verify."""
    leaves, answers, checked = read_leaves(path), [], 0

    def answer(name, tree, **more):
        root = base64.b64encode(tree.root()).decode("ascii")
        answers.append({"tree": name, "size": tree.size, "root": root, **more})

    for tenant, placed in leaves.placed.items():
        unplaced = leaves.unplaced.get(tenant, 0)
        if tenant is None:
            # The heads between the operator's entries are not exported.
            answers.append({"tree": "global", "size": None, "root": None, "entries": len(placed) + unplaced})
        else:
            answer(tenant, _check_tenant(_in_order(placed), []), unplaced=unplaced)
    for tenant, hashes in leaves.hashes.items():
        if tenant is not None:
            heads = leaves.heads.pop(tenant, [])
            answer(tenant, _check_tenant(hashes, heads))
            checked += len(heads)
    if None in leaves.hashes or anchor is not None:
        counts = {"heads_checked": checked, "heads_unchecked": sum(map(len, leaves.heads.values()))}
        tree, signed = _check_global(leaves.hashes.get(None, []), anchor or "", vkey)
        answer("global", tree, **counts, **({} if anchor is None else {"checkpoints_checked": signed}))
    return answers
